import type { AppStatus } from '../../shared/model.ts';

/** The OpenAI-style base that most tools ask for; the status may name the proxy with or without `/v1`. */
export const endpointUrl = (status: AppStatus): string =>
  `${status.proxy.url.replace(/\/v1\/?$|\/$/, '')}/v1`;
