import { Response } from 'undici';
import { z } from 'zod';
import type { Clock } from '../../../../src/main/platform/clock.ts';
import { abortError } from '../../../../src/main/platform/clock.ts';
import type { Fetch } from '../../../../src/main/platform/http.ts';

/** What the sandbox does not do by itself: answers that are wrong, and a network that is not there. */
export type Lie =
  /** No address resolves, for pods and for RunPod. */
  | { readonly lie: 'offline'; readonly ms: number }
  /** The list shows the account as it was this long ago. */
  | { readonly lie: 'stale-list'; readonly times: number; readonly ms: number }
  /** The list leaves every pod out. */
  | { readonly lie: 'empty-list'; readonly times: number }
  /** A pod that runs is answered with 404 when it is asked for by id. */
  | { readonly lie: 'ghost-read'; readonly times: number }
  /** A stop or a delete is answered with 404 and does nothing. */
  | { readonly lie: 'ghost-end'; readonly times: number }
  /** The work is done this long after its answer was lost. */
  | { readonly lie: 'late-work'; readonly times: number; readonly ms: number };

interface Memory {
  readonly at: number;
  readonly body: string;
}

type Init = Parameters<Fetch>[1];

const requestShape = z.object({ name: z.string().optional(), action: z.string().optional() });

const LONGEST_LAG_MS = 15_000;

/**
 * Stands between the app and the sandbox. What the app has sent is worked on even if the app dies; answers carry the
 * cloud's date; the armed lies are told, first come first served.
 */
export class LyingFetch {
  /** Pods, by id or name, that were said not to be there or began to run when nobody waited for that any more. */
  readonly misleading = new Set<string>();
  readonly #inner: Fetch;
  readonly #cloud: Clock;
  readonly #apiUrl: string;
  #armed: { readonly lie: Lie; left: number }[] = [];
  #offlineUntil = 0;
  #lists: Memory[] = [];
  #late: (() => void)[] = [];
  #lid = new AbortController();
  #awake: Promise<void> = Promise.resolve();
  #wake: () => void = () => {};

  constructor(inner: Fetch, cloud: Clock, apiUrl: string) {
    this.#inner = inner;
    this.#cloud = cloud;
    this.#apiUrl = apiUrl;
  }

  arm(lie: Lie): void {
    if (lie.lie === 'offline') this.#offlineUntil = this.#cloud.now() + lie.ms;
    else this.#armed.push({ lie, left: lie.times });
  }

  /** From here on it tells the truth. Work that was put off is still done. */
  clear(): void {
    this.#armed = [];
    this.#offlineUntil = 0;
  }

  get offline(): boolean {
    return this.#cloud.now() < this.#offlineUntil;
  }

  dispose(): void {
    for (const cancel of this.#late) cancel();
  }

  readonly fetch: Fetch = async (url, init) => {
    await this.#awake;
    if (this.offline) throw unresolved();
    const cut = AbortSignal.any([this.#lid.signal, ...(init?.signal ? [init.signal] : [])]);
    const response = await this.#answer(url, { ...init, signal: cut });
    response.headers.set('date', new Date(this.#cloud.now()).toUTCString());
    await this.#awake;
    return response;
  };

  /** The computer sleeps: its connections break, and nothing reaches it or leaves it until it wakes. */
  closeLid(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awake = promise;
    this.#wake = resolve;
    this.#lid.abort();
  }

  openLid(): void {
    this.#lid = new AbortController();
    this.#wake();
  }

  async #answer(url: string, init: Init): Promise<Response> {
    if (!url.startsWith(this.#apiUrl)) return this.#inner(url, init);
    const path = new URL(url).pathname.slice(new URL(this.#apiUrl).pathname.length);
    const method = init?.method ?? 'GET';
    if (method === 'GET') return path === '/pods' ? this.#list(url, init) : this.#read(url, path, init);
    const ended = /^\/pods\/([^/]+)/.exec(path)?.[1];
    const ends = method === 'DELETE' || (typeof init?.body === 'string' && init.body.includes('"stop"'));
    if (ended !== undefined && ends && this.#take('ghost-end') !== null) {
      this.misleading.add(ended);
      return notFound();
    }
    const late = this.#take('late-work');
    if (late !== null) return this.#workLater(late.ms, url, init);
    return this.#detached(url, init);
  }

  async #list(url: string, init: Init): Promise<Response> {
    const response = await this.#inner(url, init);
    if (response.status !== 200) return response;
    const body = await response.text();
    const now = this.#cloud.now();
    this.#lists = [...this.#lists.filter(({ at }) => now - at <= LONGEST_LAG_MS), { at: now, body }];
    const { headers } = response;
    if (this.#take('empty-list') !== null) return new Response('{"pods":[]}', { headers });
    const stale = this.#take('stale-list');
    const old = stale === null ? undefined : this.#lists.find(({ at }) => now - at <= stale.ms);
    return new Response(old?.body ?? body, { headers });
  }

  async #read(url: string, path: string, init: Init): Promise<Response> {
    const read = /^\/pods\/([^/]+)$/.exec(path)?.[1];
    if (read === undefined || this.#take('ghost-read') === null) return this.#inner(url, init);
    this.misleading.add(read);
    return notFound();
  }

  async #workLater(ms: number, url: string, init: Init): Promise<Response> {
    const work = (): void => {
      this.#begun(url, init);
      this.#inner(url, { ...init, signal: null }).catch(() => undefined);
    };
    this.#late.push(this.#cloud.after(ms, work));
    return new Response('<html>504 Gateway Time-out</html>', { status: 504 });
  }

  /** The caller may leave; the request has been sent. */
  #detached(url: string, init: Init): Promise<Response> {
    const signal = init?.signal ?? undefined;
    const work = this.#inner(url, { ...init, signal: null });
    if (signal === undefined) return work;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#begun(url, init);
        reject(abortError(signal));
      };
      if (signal.aborted) leave();
      signal.addEventListener('abort', leave, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }

  /** A create or a start is done behind the back of its caller; whether its answer is lost too does not matter. */
  #begun(url: string, init: Init): void {
    if (init?.method !== 'POST' || typeof init.body !== 'string') return;
    const { name, action } = requestShape.parse(JSON.parse(init.body));
    const podId = /\/pods\/([^/]+)\/action$/.exec(url)?.[1];
    if (podId === undefined && name !== undefined) this.misleading.add(name);
    if (podId !== undefined && action === 'start') this.misleading.add(podId);
  }

  #take<L extends Lie['lie']>(lie: L): Extract<Lie, { lie: L }> | null {
    for (const entry of this.#armed) {
      if (!isLie(entry.lie, lie)) continue;
      entry.left--;
      if (entry.left <= 0) this.#armed = this.#armed.filter((other) => other !== entry);
      return entry.lie;
    }
    return null;
  }
}

function isLie<L extends Lie['lie']>(entry: Lie, lie: L): entry is Extract<Lie, { lie: L }> {
  return entry.lie === lie;
}

function notFound(): Response {
  return new Response(JSON.stringify({ title: 'Not Found', status: 404, detail: 'pod not found' }), {
    status: 404,
    headers: { 'content-type': 'application/problem+json' },
  });
}

function unresolved(): TypeError {
  const cause = Object.assign(new Error('getaddrinfo ENOTFOUND'), {
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
  });
  return new TypeError('fetch failed', { cause });
}
