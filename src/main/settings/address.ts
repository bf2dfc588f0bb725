/** A name or address that leads to this computer alone. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replaceAll(/^\[|\]$/g, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    /^127(?:\.\d{1,3}){3}$/.test(name)
  );
}

/** What an address may be that keys are sent to; null = it is that. */
export function addressProblem(value: string): string | null {
  // Placeholders may stand for a host or a port; a digit can be part of either.
  const url = URL.parse(value.replaceAll(/\{\w+\}/g, '1'));
  if (url === null) return 'a URL such as https://example.com';
  if (url.username !== '' || url.password !== '') return 'a URL without user name and password';
  if (url.protocol === 'https:') return null;
  if (url.protocol !== 'http:') return 'a URL that begins with https:// (or http:// on this machine)';
  return isLoopbackHost(url.hostname) ? null : 'https; plain http only on 127.0.0.1, [::1] or localhost';
}

/** An address as it may be shown. */
export const withoutUser = (value: string): string => value.replace(/\/\/[^/@]*@/, '//…@');
