/** An input file that cannot be read as what it was given as. `role` says which input, such as "references[2]". */
export class Unreadable extends Error {
  readonly role: string;

  constructor(role: string, why: string) {
    super(`${role}: ${why}`);
    this.name = 'Unreadable';
    this.role = role;
  }
}
