import type { Clock } from '../../platform/clock.ts';
import type { Fetch } from '../../platform/http.ts';
import type { Backend } from '../../../shared/model.ts';
import type { ProbeResult } from '../events.ts';
import { askServer, jsonAt, type ServerAnswer } from './ask-server.ts';

export interface ProbeTarget {
  /** The public address of the pod's port, without a trailing slash. */
  readonly url: string;
  readonly backend: Backend;
  readonly key: string;
  /**
   * Headers the server itself asks for where `key` is RunPod's, which its edge asks for; then a request without them is what
   * a stranger's is. Absent = `key` is the server's.
   */
  readonly own?: Readonly<Record<string, string>> | undefined;
  /** The name the model server should know the model by, and the model's own. */
  readonly servedModel: string;
  readonly model: string;
}

export interface ProbeTools {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly tokenTimeoutMs: number;
}

/**
 * One look through the URL the proxy will use (SPEC 3.5): the server's health route, that it knows the model, that it
 * refuses strangers (trap 11), and last a real one-token answer. Refused connections, 404, 502 and 524 are what
 * RunPod's edge says while nothing listens (FACTS 2.7): no progress, no failure.
 * @throws AbortError
 */
export async function probe(
  target: ProbeTarget,
  tools: ProbeTools,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const health = await get(target, tools, target.backend === 'vllm' ? '/health' : '/api/version', signal);
  if (health.status !== 200) return { stage: 'none', detail: `${describe(health)} at its health route` };
  const models = await get(target, tools, '/v1/models', signal);
  if (models.status !== 200) {
    return { stage: 'server', missing: false, detail: `${describe(models)} when asked for its models` };
  }
  const served = servedName(models, target);
  if (served === null)
    return { stage: 'server', missing: target.backend === 'ollama', detail: 'the model is not there yet' };
  const key = target.own === undefined ? null : target.key;
  const stranger = await askServer({ ...tools, url: `${target.url}/v1/models`, key }, signal);
  // A pod taken over from elsewhere may have no key (''): that is its owner's choice.
  if (stranger.status === 200 && target.key !== '')
    return { stage: 'open', detail: 'GET /v1/models needs no key' };
  return firstToken(target, served, tools, signal);
}

function get(
  target: ProbeTarget,
  tools: ProbeTools,
  path: string,
  signal: AbortSignal,
): Promise<ServerAnswer> {
  return askServer({ ...tools, url: `${target.url}${path}`, key: target.key, headers: target.own }, signal);
}

/** A custom image may serve the model under a name of its own; with a single model there is no doubt which. */
function servedName(answer: ServerAnswer, target: ProbeTarget): string | null {
  const list = jsonAt(answer.json, 'data');
  const ids = Array.isArray(list)
    ? list.map((entry) => jsonAt(entry, 'id')).filter((id) => typeof id === 'string')
    : [];
  const known = [target.servedModel, target.model].find((name) => ids.some((id) => isSame(id, name)));
  if (known !== undefined) return known;
  const [only] = ids;
  return target.backend === 'vllm' && ids.length === 1 && only !== undefined ? only : null;
}

/** Ollama adds the tag it defaulted to. */
const isSame = (id: string, name: string): boolean => id === name || id === `${name}:latest`;

/** What a model may be asked for; embedding models and base models without a chat template refuse the first. */
const QUESTIONS: readonly { readonly path: string; readonly body: (model: string) => object }[] = [
  {
    path: '/v1/chat/completions',
    body: (model) => ({ model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1 }),
  },
  { path: '/v1/completions', body: (model) => ({ model, prompt: 'Hi', max_tokens: 1 }) },
  { path: '/v1/embeddings', body: (model) => ({ model, input: 'Hi' }) },
];

/** Asks until one kind of question is answered. A refusal of all kinds is final; trouble is not. */
export async function firstToken(
  target: ProbeTarget,
  served: string,
  tools: ProbeTools,
  signal: AbortSignal,
): Promise<ProbeResult> {
  let refusal = '';
  for (const { path, body } of QUESTIONS) {
    const answer = await askServer(
      {
        ...tools,
        timeoutMs: tools.tokenTimeoutMs,
        url: `${target.url}${path}`,
        key: target.key,
        headers: target.own,
        body: body(served),
      },
      signal,
    );
    if (answer.status === 200) return { stage: 'ready', servedModel: served, detail: path };
    const refused =
      answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429;
    if (!refused || (answer.status === 404 && answer.json === null)) {
      return { stage: 'server', missing: false, detail: `${describe(answer)} to a first request` };
    }
    refusal ||= `${describe(answer)} to ${path}`;
  }
  return { stage: 'refused', detail: refusal };
}

const describe = ({ status, text }: ServerAnswer): string =>
  status === 0 ? text : `status ${status}${text === '' ? '' : `: ${text.slice(0, 200)}`}`;
