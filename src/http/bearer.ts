/** The key of an `Authorization: Bearer …` header; undefined when it has another form. */
export const bearerOf = (header: string | undefined): string | undefined =>
  /^Bearer\s+(\S+)\s*$/i.exec(header ?? '')?.[1];
