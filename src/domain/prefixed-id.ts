const MOST = 2n ** 63n - 1n;

/** How the ids of one kind of thing stand on the wire: a word, an underscore, the number. */
export interface PrefixedId {
  spell(id: bigint): string;
  /** Undefined when the text cannot be such an id. */
  parse(text: string): bigint | undefined;
}

/** Ids such as `key_123`. */
export function prefixedId(prefix: string): PrefixedId {
  const spelling = new RegExp(`^${prefix}_([0-9]{1,19})$`);
  return {
    spell: (id) => `${prefix}_${id}`,
    parse: (text) => {
      const digits = spelling.exec(text)?.[1];
      if (digits === undefined) return undefined;
      const id = BigInt(digits);
      return id <= MOST && id > 0n ? id : undefined;
    },
  };
}
