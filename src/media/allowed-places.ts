/**
 * The exceptions of ONEREEL_FETCH_ALLOW as `host:port` in one spelling. An entry without a port stands for ports 80
 * and 443. Throws an Error that names the entry when it is not a host with a port.
 */
export function parseAllowed(entries: readonly string[]): ReadonlySet<string> {
  const allowed = new Set<string>();
  for (const entry of entries.map((each) => each.trim()).filter((each) => each !== '')) {
    const port = /:(\d+)$/.exec(entry)?.[1];
    const url = URL.parse(`http://${entry}/`);
    const plain = /^[^/?#@\\\s]+$/.test(entry);
    if (url === null || !plain || port === '0') {
      throw new Error(`"${entry}" is not a host:port that the guarded fetcher could allow, such as 10.0.0.7:9000`);
    }
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    for (const each of port === undefined ? [80, 443] : [Number(port)]) allowed.add(`${host}:${each}`);
  }
  return allowed;
}
