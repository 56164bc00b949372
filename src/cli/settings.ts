/** What the commands know of this installation; main reads it from the environment and the data folder. */
export interface Settings {
  readonly dataFolder: string;
  readonly keysPath: string;
  /** Keys that the environment sets; they come before the file's. */
  readonly keys: Readonly<Partial<Record<'admin' | 'test' | 'live', string | undefined>>>;
  /** ONEREEL_URL: the only server that is asked. */
  readonly serverUrl: string | undefined;
  /** Where the environment (HOST, PORT) says that a server listens, or will. */
  readonly listen: { readonly host: string; readonly port: number; readonly isSet: boolean };
  /** The server that recorded itself in the data folder and still runs. */
  findRecorded(): Promise<{ readonly pid: number; readonly url: string } | undefined>;
  /** Program and arguments that start a server. */
  readonly serveCommand: readonly [string, ...string[]];
  /** Relative paths of files are meant from here. */
  readonly folder: string;
}
