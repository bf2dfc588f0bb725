import type { AppStatus } from '../../shared/model.ts';

/** Where the proxy listens, without `/v1`: Anthropic and Ollama clients want it so. */
export const proxyRoot = (status: AppStatus): string => status.proxy.url.replace(/\/v1\/?$|\/$/, '');

/** The OpenAI-style base that most tools ask for. */
export const endpointUrl = (status: AppStatus): string => `${proxyRoot(status)}/v1`;
