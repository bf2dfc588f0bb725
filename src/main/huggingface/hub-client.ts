import type { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import type { Fetch } from '../platform/http.ts';
import { boundedText } from '../platform/bounded-text.ts';
import {
  configSchema,
  modelInfoSchema,
  searchSchema,
  treeSchema,
  weightIndexSchema,
  type ModelConfig,
  type ModelInfo,
} from './hub-schemas.ts';
import type { RepoFile } from './weights.ts';

type Response = Awaited<ReturnType<Fetch>>;

/** The hub cannot be asked now, or answers nonsense; something else may still know. */
export class HubUnavailable extends Error {
  override readonly name = 'HubUnavailable';
  /** The next question would fare no better. */
  readonly away: boolean;

  constructor(message: string, options: { readonly away: boolean; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.away = options.away;
  }
}

export interface HubOptions {
  readonly fetch: Fetch;
  /** Without a trailing slash, e.g. https://huggingface.co */
  readonly endpoint: string;
  readonly token: () => Promise<string | null>;
}

/** A file list of 1000 entries a page; bigger repositories hold data sets, not models. */
const MAX_TREE_PAGES = 20;
const MEGABYTE = 2 ** 20;
/** DeepSeek-V3's index, the biggest known, has 9 MB. */
const MAX_INDEX_BYTES = 32 * MEGABYTE;
const MAX_ANSWER_BYTES = 4 * MEGABYTE;

const EXPANDED = ['sha', 'gated', 'pipeline_tag', 'safetensors', 'gguf'];

/**
 * The few calls of the Hugging Face hub that facts are made of. Bodies are bounded; time is the caller's signal.
 * @throws HubUnavailable; AppError model_unknown, model_gated, invalid_input (no such revision); AbortError
 */
export class HubClient {
  readonly #options: HubOptions;

  constructor(options: HubOptions) {
    this.#options = { ...options, endpoint: options.endpoint.replace(/\/+$/, '') };
  }

  /** The commit a revision stands for, and what the hub knows about the model. */
  async modelInfo(model: string, revision: string | null, signal: AbortSignal): Promise<ModelInfo> {
    const at = revision === null ? '' : `/revision/${encodeURIComponent(revision)}`;
    const query = EXPANDED.map((field) => `expand[]=${field}`).join('&');
    const response = await this.#get(`/api/models/${pathOf(model)}${at}?${query}`, signal);
    await this.#refuseDenied(response, model, revision);
    return readJson(response, modelInfoSchema, MAX_ANSWER_BYTES);
  }

  /** Every file of the repository at a commit, with its real size. */
  async files(model: string, sha: string, signal: AbortSignal): Promise<RepoFile[]> {
    const files: RepoFile[] = [];
    let path: string | null = `/api/models/${pathOf(model)}/tree/${sha}?recursive=true`;
    for (let page = 0; path !== null && page < MAX_TREE_PAGES; page++) {
      const response: Response = await this.#get(path, signal);
      await this.#refuseDenied(response, model, sha);
      const entries = await readJson(response, treeSchema, MAX_ANSWER_BYTES);
      for (const entry of entries) {
        if (entry.type === 'file') files.push({ path: entry.path, size: entry.lfs?.size ?? entry.size });
      }
      path = this.#nextPage(response);
    }
    return files;
  }

  /** null = the repository has none. */
  async config(model: string, sha: string, signal: AbortSignal): Promise<ModelConfig | null> {
    return this.#file(model, sha, 'config.json', configSchema, MAX_ANSWER_BYTES, signal);
  }

  /** The files that an index names; null = there is no such index. */
  async weightIndex(model: string, sha: string, path: string, signal: AbortSignal): Promise<string[] | null> {
    const index = await this.#file(model, sha, path, weightIndexSchema, MAX_INDEX_BYTES, signal);
    return index === null ? null : [...new Set(Object.values(index.weight_map))];
  }

  async search(query: string, limit: number, signal: AbortSignal): Promise<z.infer<typeof searchSchema>> {
    const parameters = new URLSearchParams({
      search: query,
      pipeline_tag: 'text-generation',
      sort: 'downloads',
      direction: '-1',
      limit: String(limit),
    });
    for (const field of ['downloads', 'gated', 'pipeline_tag', 'safetensors'])
      parameters.append('expand[]', field);
    const response = await this.#get(`/api/models?${parameters.toString()}`, signal);
    await requireOk(response);
    return readJson(response, searchSchema, MAX_ANSWER_BYTES);
  }

  async #file<S extends z.ZodType>(
    model: string,
    sha: string,
    path: string,
    schema: S,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<z.infer<S> | null> {
    const response = await this.#get(`/${pathOf(model)}/resolve/${sha}/${path}`, signal);
    if (response.status === 404) {
      await response.body?.cancel();
      return null;
    }
    await this.#refuseDenied(response, model, sha);
    return readJson(response, schema, maxBytes);
  }

  async #get(path: string, signal: AbortSignal): Promise<Response> {
    const token = await this.#options.token();
    try {
      return await this.#options.fetch(`${this.#options.endpoint}${path}`, {
        // fetch drops this header where a redirect leaves the hub.
        headers: {
          accept: 'application/json',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw new HubUnavailable('The hub cannot be reached.', { away: true, cause: error });
    }
  }

  /**
   * The hub hides private repositories: without the right to see one it answers 401, and only its own header tells
   * whether that means unknown, gated or a bad token.
   */
  async #refuseDenied(response: Response, model: string, revision: string | null): Promise<void> {
    if (response.ok) return;
    const { status } = response;
    const code = response.headers.get('x-error-code');
    await response.body?.cancel();
    if (code === 'RevisionNotFound') {
      throw new AppError('invalid_input', `${model} has no revision "${revision ?? ''}" on Hugging Face.`, {
        details: { field: 'revision', value: revision },
      });
    }
    const details = { field: 'model', value: model };
    if (code === 'RepoNotFound' || status === 404) {
      throw new AppError('model_unknown', `Hugging Face knows no model "${model}".`, { details });
    }
    if (status === 401 && code !== 'GatedRepo' && (await this.#options.token()) !== null) {
      throw new AppError('model_gated', 'Hugging Face refuses the token (HF_TOKEN).', {
        advice: 'Set a token that is still valid (runpod-llm key set hf), or remove it for public models.',
        details,
      });
    }
    if (status === 401 || status === 403) {
      throw new AppError('model_gated', `${model} is gated or private on Hugging Face.`, { details });
    }
    throw new HubUnavailable(`The hub answered ${status}.`, { away: true });
  }

  /** `Link: <…>; rel="next"`; a page elsewhere is not followed, since the token would go with it. */
  #nextPage(response: Response): string | null {
    const next = /<([^>]+)>\s*;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    if (next === undefined) return null;
    const url = URL.canParse(next, this.#options.endpoint) ? new URL(next, this.#options.endpoint) : null;
    const base = new URL(this.#options.endpoint);
    return url?.origin === base.origin ? `${url.pathname}${url.search}` : null;
  }
}

const pathOf = (model: string): string => model.split('/').map(encodeURIComponent).join('/');

async function requireOk(response: Response): Promise<void> {
  if (response.ok) return;
  await response.body?.cancel();
  throw new HubUnavailable(`The hub answered ${response.status}.`, { away: true });
}

async function readJson<S extends z.ZodType>(
  response: Response,
  schema: S,
  maxBytes: number,
): Promise<z.infer<S>> {
  const text = await readBounded(response, maxBytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HubUnavailable('The hub’s answer is not JSON.', { away: false, cause: error });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new HubUnavailable('The hub’s answer has another form.', { away: false, cause: parsed.error });
  return parsed.data;
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  try {
    return await boundedText(
      response.body,
      maxBytes,
      () => new HubUnavailable(`The hub’s answer is bigger than ${maxBytes} bytes.`, { away: false }),
    );
  } catch (error) {
    if (error instanceof HubUnavailable || (error instanceof Error && error.name === 'AbortError'))
      throw error;
    throw new HubUnavailable('The hub’s answer broke off.', { away: true, cause: error });
  }
}
