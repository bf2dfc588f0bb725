import { AppError } from '../../shared/errors.ts';

/** Hosts that are easily taken for the control plane (FACTS 0). */
const MISTAKEN: ReadonlyMap<string, string> = new Map([
  ['api.runpod.ai', 'is the address for jobs, not for REST v2'],
  ['rest.runpod.io', 'was REST v1, which was retired on 2026-11-15'],
]);

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * The base URL without a trailing slash.
 * @param variable the setting it comes from, for the message
 * @throws AppError config_invalid for plain http off this machine (the key would be readable), a known wrong host, or
 * a URL with credentials or a query
 */
export function checkApiUrl(text: string, variable: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw invalid(variable, 'it is not a URL');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw invalid(variable, 'it must have no credentials, query or fragment');
  }
  const plainButLocal = url.protocol === 'http:' && LOOPBACK.test(url.hostname);
  if (url.protocol !== 'https:' && !plainButLocal)
    throw invalid(variable, `${url.host} must be reached over https`);
  const mistake = MISTAKEN.get(url.hostname);
  if (mistake !== undefined) throw invalid(variable, `${url.hostname} ${mistake}`);
  return url.href.replace(/\/+$/, '');
}

function invalid(variable: string, why: string): AppError {
  return new AppError('config_invalid', `${variable} cannot be used: ${why}.`, {
    advice: `Leave ${variable} out, or set it to a server that speaks as RunPod does.`,
    details: { variable },
  });
}
