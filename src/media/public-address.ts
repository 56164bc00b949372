import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The only block of IPv6 from which global unicast addresses are given out (RFC 4291). */
const globalUnicast6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** NAT64's well-known prefix (RFC 6052): on IPv6-only networks every IPv4 site is reached through it. */
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Whether `address` (an IPv4 or IPv6 literal, nothing else) is a global unicast address.
 * IPv4-mapped and NAT64 addresses are judged by the IPv4 address inside; the retired ways of wrapping one
 * (IPv4-compatible, 6to4, Teredo, local NAT64) are never public. A zone (`%eth0`) or a name is not public either.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  if ('octets' in parsed) return parsed.range() === 'unicast';
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().range() === 'unicast';
  if (parsed.match(nat64)) return new ipaddr.IPv4(parsed.toByteArray().slice(12)).range() === 'unicast';
  return parsed.range() === 'unicast' && parsed.match(globalUnicast6);
}
