/** A setting that cannot be used; the message names it, its value and what is allowed. */
export class ConfigError extends Error {}
