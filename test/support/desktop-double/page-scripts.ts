/**
 * What runs inside the pages. The two worlds of a page share nothing but the document, as with Electron's context
 * isolation; the bridge between them speaks by synchronous events with JSON, and keeps the rules of `contextBridge`:
 * values are copied and frozen, functions are proxied both ways, errors keep their message only.
 */
const BRIDGE = String.raw`
(side) => {
  const other = side === 'page' ? 'preload' : 'page';
  const dispatch = EventTarget.prototype.dispatchEvent.bind(document);
  const listen = EventTarget.prototype.addEventListener.bind(document);
  const Custom = CustomEvent;
  const { stringify, parse } = JSON;
  const functions = new Map();
  const promises = new Map();
  let last = 0;
  let result;
  const encode = (value) => {
    if (value === undefined) return { t: 'undefined' };
    if (typeof value === 'function') {
      const id = ++last;
      functions.set(id, value);
      return { t: 'function', id };
    }
    if (value instanceof Error) return { t: 'error', message: value.message };
    if (value instanceof Promise) {
      const id = ++last;
      value.then(
        (settled) => dispatch(new Custom('bridge-settle-' + other, { detail: stringify({ id, ok: true, value: encode(settled) }) })),
        (error) => dispatch(new Custom('bridge-settle-' + other, { detail: stringify({ id, ok: false, value: encode(error) }) })),
      );
      return { t: 'promise', id };
    }
    if (Array.isArray(value)) return { t: 'array', items: value.map(encode) };
    if (value !== null && typeof value === 'object') {
      const proto = Object.getPrototypeOf(value);
      if (proto !== Object.prototype && proto !== null) throw new TypeError('An object could not be cloned.');
      return { t: 'object', entries: Object.entries(value).map(([key, item]) => [key, encode(item)]) };
    }
    if (typeof value === 'symbol' || typeof value === 'bigint') throw new TypeError('A value could not be cloned.');
    return { t: 'value', value };
  };
  const decode = (node) => {
    switch (node.t) {
      case 'undefined': return undefined;
      case 'value': return node.value;
      case 'error': return new Error(node.message);
      case 'array': return Object.freeze(node.items.map(decode));
      case 'object': return Object.freeze(Object.fromEntries(node.entries.map(([key, item]) => [key, decode(item)])));
      case 'promise': return new Promise((resolve, reject) => promises.set(node.id, { resolve, reject }));
      case 'function': return (...args) => {
        dispatch(new Custom('bridge-call-' + other, { detail: stringify({ id: node.id, args: args.map(encode) }) }));
        const answer = result;
        result = undefined;
        if (answer.ok) return decode(answer.value);
        throw decode(answer.value);
      };
    }
  };
  listen('bridge-call-' + side, ({ detail }) => {
    const { id, args } = parse(detail);
    let answer;
    try { answer = { ok: true, value: encode(functions.get(id)(...args.map(decode))) }; }
    catch (error) { answer = { ok: false, value: encode(error instanceof Error ? error : new Error(String(error))) }; }
    dispatch(new Custom('bridge-result-' + other, { detail: stringify(answer) }));
  });
  listen('bridge-result-' + side, ({ detail }) => { result = parse(detail); });
  listen('bridge-settle-' + side, ({ detail }) => {
    const { id, ok, value } = parse(detail);
    const waiting = promises.get(id);
    promises.delete(id);
    if (waiting) (ok ? waiting.resolve : waiting.reject)(decode(value));
  });
  if (side === 'page') {
    listen('bridge-expose', ({ detail }) => {
      const { key, api } = parse(detail);
      Object.defineProperty(window, key, { value: decode(api), writable: false, configurable: false, enumerable: true });
    });
  }
  return { expose: (key, api) => dispatch(new Custom('bridge-expose', { detail: stringify({ key, api: encode(api) }) })) };
}`;

/** Runs in the page's own world, before any of its scripts. */
export const PAGE_SCRIPT = `if (window.top === window) (${BRIDGE})('page');`;

/** The binding through which the preload's world reaches the main process. */
export const BINDING = '__desktopDoubleSend';
export const WORLD = 'desktop-double-preload';

/** Runs in the isolated world: what a sandboxed preload can reach, and the app's built preload in it. */
export function preloadScript(preload: string): string {
  return `if (window.top === window) (() => {
  const bridge = (${BRIDGE})('preload');
  const post = (message) => globalThis.${BINDING}(JSON.stringify(message));
  const waiting = new Map();
  const listeners = new Map();
  let last = 0;
  globalThis.__desktopDoubleReceive = (message) => {
    if (message.kind === 'answer') {
      const call = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.ok) call.resolve(message.value);
      else call.reject(new Error(message.message));
      return;
    }
    for (const listener of [...(listeners.get(message.channel) ?? [])]) listener({ sender: ipcRenderer }, ...message.args);
  };
  const only = (name, members) => new Proxy(members, { get: (target, key) => {
    if (key in target || typeof key === 'symbol') return target[key];
    throw new Error(name + '.' + String(key) + ' is not doubled');
  } });
  const cloned = (args) => structuredClone(args);
  const ipcRenderer = only('ipcRenderer', {
    invoke: (channel, ...args) => new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      post({ kind: 'invoke', id, channel, args: cloned(args) });
    }),
    send: (channel, ...args) => post({ kind: 'send', channel, args: cloned(args) }),
    on: (channel, listener) => { listeners.set(channel, [...(listeners.get(channel) ?? []), listener]); return ipcRenderer; },
    removeListener: (channel, listener) => { listeners.set(channel, (listeners.get(channel) ?? []).filter((one) => one !== listener)); return ipcRenderer; },
  });
  const contextBridge = only('contextBridge', { exposeInMainWorld: (key, api) => bridge.expose(key, api) });
  const electron = only('electron', { contextBridge, ipcRenderer });
  const require = (name) => {
    if (name === 'electron') return electron;
    throw new Error("module not found: " + name);
  };
  const module = { exports: {} };
  (function (require, module, exports, process) {
${preload}
  })(require, module, module.exports, Object.freeze({ platform: ${JSON.stringify(process.platform)}, sandboxed: true }));
})();`;
}
