import { AppError } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { AnswerCache } from './answer-cache.ts';
import { bytesReply, type Reply } from './call.ts';
import { DASHBOARD_CSP, dashboardHtml, type RecentRequests } from './dashboard.ts';
import type { ClientKey } from './keyring.ts';
import type { Metrics } from './metrics.ts';
import { modelById, modelList } from './models.ts';
import { ollamaPs, ollamaShow, ollamaTags, ollamaVersion } from './ollama-lists.ts';
import type { ProxyStats } from './proxy-stats.ts';
import type { Router } from './router.ts';
import { modelIdOf, type Route } from './routes.ts';

interface LocalRequest {
  readonly accept: string;
  readonly body: Buffer;
}

export interface LocalParts {
  readonly clock: Clock;
  readonly router: Router;
  readonly metrics: Metrics;
  readonly recent: RecentRequests;
  readonly cache: AnswerCache;
  readonly stats: () => ProxyStats;
}

export type LocalRoutes = (route: Route, path: string, key: ClientKey, request: LocalRequest) => Reply;

/** Answers the routes that need no model server. */
export function localRoutes(parts: LocalParts): LocalRoutes {
  const { router, clock } = parts;
  const created = Math.floor(clock.now() / 1000);
  return (route, path, key, request) => {
    const at = new Date(clock.now()).toISOString();
    switch (route.id) {
      case 'root':
        return text('RunPod LLM Manager proxy is running. Requests need a key.\n');
      case 'health':
        return json({ status: 'ok' });
      case 'models':
        return json(modelList(router, key, created));
      case 'model':
        return json(modelById(router, key, modelIdOf(path) ?? '', created));
      case 'metrics':
        return text(parts.metrics.render(parts.stats(), parts.cache.stats()), 'text/plain; version=0.0.4');
      case 'dashboard':
        return dashboard(parts, at, request.accept);
      case 'ollama_version':
        return json(ollamaVersion());
      case 'ollama_tags':
        return json(ollamaTags(router, key, at));
      case 'ollama_ps':
        return json(ollamaPs(router, key, at));
      case 'ollama_show':
        return json(ollamaShow(router, key, request.body));
      default:
        throw new AppError('internal', `The route ${route.id} is not local.`);
    }
  };
}

function dashboard(parts: LocalParts, asOf: string, accept: string): Reply {
  const facts = { asOf, stats: parts.stats(), cache: parts.cache.stats(), recent: parts.recent.list() };
  if (!accept.includes('text/html')) return json(facts);
  const page = text(dashboardHtml(facts), 'text/html; charset=utf-8');
  const headers = {
    ...page.headers,
    'content-security-policy': DASHBOARD_CSP,
    'referrer-policy': 'no-referrer',
  };
  return { ...page, headers };
}

function json(value: unknown): Reply {
  return bytesReply(Buffer.from(JSON.stringify(value)));
}

function text(value: string, contentType = 'text/plain; charset=utf-8'): Reply {
  return bytesReply(Buffer.from(value), contentType);
}
