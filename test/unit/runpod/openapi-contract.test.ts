import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openApiContract, validateRequest, validateResponse } from '../../support/openapi.ts';

const QUEUE_ENDPOINT = {
  name: 'llm-a',
  type: 'QUEUE',
  image: 'runpod/worker-v1-vllm:v2.25.2',
  gpu: { pools: ['ADA_24'], count: 1 },
  scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
  workers: { min: 0, max: 1, idleTimeout: 300 },
};

const POD = {
  name: 'llm-a',
  image: 'vllm/vllm-openai:v0.27.1',
  gpu: { id: 'NVIDIA L4', count: 1 },
  ports: ['8000/http'],
};

const RATE_HEADERS = {
  RateLimit: '"minute";r=59;t=12, "hour";r=2800;t=1812',
  'RateLimit-Policy': '"minute";q=60;w=60, "hour";q=3000;w=3600',
};

function documented(): {
  paths: Record<string, Record<string, { requestBody?: Content; responses?: Record<string, Content> }>>;
} {
  return JSON.parse(readFileSync('resources/runpod/openapi.v2.json', 'utf8'));
}

interface Content {
  content?: Record<string, { examples?: Record<string, { value: unknown }> }>;
}

describe('validateRequest', () => {
  it.each([
    ['a queue endpoint', 'POST', '/v2/serverless', QUEUE_ENDPOINT],
    [
      'a load balancer',
      'POST',
      '/v2/serverless',
      { ...QUEUE_ENDPOINT, type: 'LOAD_BALANCER', scaling: { type: 'REQUEST_COUNT', requestCount: 4 } },
    ],
    ['a pod', 'POST', '/v2/pods', POD],
    ['a pod from a template', 'POST', '/v2/pods', { name: 'a', templateId: 't', gpu: POD.gpu }],
    [
      'a list query',
      'GET',
      '/v2/catalog/gpus?include=AVAILABILITY&product=POD,SERVERLESS&count=2',
      undefined,
    ],
    ['an absolute URL', 'GET', 'http://127.0.0.1:9/v2/pods?includeClusterPods=false', undefined],
    ['a log query', 'GET', '/v2/pods/a/logs?source=system&tail=0', undefined],
  ])('accepts %s', (_, method, url, body) => {
    expect(validateRequest({ method, url, body })).toEqual([]);
  });

  it.each([
    ['an unknown path', 'GET', '/v1/pods', undefined, 'not in the document'],
    ['an unknown method', 'PUT', '/v2/pods', POD, 'not in the document'],
    ['an unknown query', 'GET', '/v2/pods?includeClusterpods=true', undefined, 'includeClusterpods'],
    ['a bad enum in a list query', 'GET', '/v2/catalog/gpus?product=PODS', undefined, 'allowed values'],
    ['a number out of range', 'GET', '/v2/pods/a/logs?tail=5001', undefined, '<= 5000'],
    ['an unknown body field', 'POST', '/v2/pods', { ...POD, imageName: 'x' }, 'imageName'],
    [
      'an unknown field of an endpoint',
      'POST',
      '/v2/serverless',
      { ...QUEUE_ENDPOINT, mounts: {} },
      'mounts',
    ],
    ['an unknown nested field', 'POST', '/v2/pods', { ...POD, gpu: { ...POD.gpu, type: 'x' } }, 'type'],
    ['a missing image', 'POST', '/v2/pods', { name: 'a', gpu: POD.gpu }, 'image'],
    [
      'a missing image of an endpoint',
      'POST',
      '/v2/serverless',
      { ...QUEUE_ENDPOINT, image: undefined },
      'image',
    ],
    [
      'a load balancer on queue delay',
      'POST',
      '/v2/serverless',
      { ...QUEUE_ENDPOINT, type: 'LOAD_BALANCER' },
      'requestCount',
    ],
    ['a body where none is taken', 'DELETE', '/v2/pods/a', {}, 'takes no body'],
    ['no body where one is needed', 'POST', '/v2/pods', undefined, 'body is missing'],
  ])('refuses %s', (_, method, url, body, named) => {
    const wire: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
    expect(validateRequest({ method, url, body: wire }).join('\n')).toContain(named);
  });
});

describe('validateResponse', () => {
  const problem = { title: 'Forbidden', status: 403, detail: 'access denied' };
  const json = { 'content-type': 'application/json', ...RATE_HEADERS };

  it('accepts what the document shows', () => {
    let judged = 0;
    for (const [path, item] of Object.entries(documented().paths)) {
      for (const [method, operation] of Object.entries(item)) {
        for (const [status, answer] of Object.entries(operation.responses ?? {})) {
          for (const [type, media] of Object.entries(answer.content ?? {})) {
            for (const example of Object.values(media.examples ?? {})) {
              judged++;
              expect({
                path,
                problems: validateResponse({
                  method,
                  path: path.replaceAll(/\{\w+\}/g, 'x'),
                  status: Number(status === 'default' ? 500 : status),
                  headers: { 'content-type': type },
                  body: example.value,
                }),
              }).toEqual({ path, problems: [] });
            }
          }
        }
      }
    }
    expect(judged).toBe(40);
  });

  it('accepts the request examples of the document', () => {
    for (const [path, item] of Object.entries(documented().paths)) {
      for (const [method, operation] of Object.entries(item)) {
        for (const media of Object.values(operation.requestBody?.content ?? {})) {
          for (const example of Object.values(media.examples ?? {})) {
            const url = path.replaceAll(/\{\w+\}/g, 'x');
            expect({ path, problems: validateRequest({ method, url, body: example.value }) }).toEqual({
              path,
              problems: [],
            });
          }
        }
      }
    }
  });

  it.each([
    ['a body without a required field', 200, json, { pods: [{ id: 'a' }] }, 'required'],
    ['an unwrapped list', 200, json, [], 'must be object'],
    ['an undocumented success', 202, json, { pods: [] }, 'does not answer 202'],
    ['a wrong content type', 200, { 'content-type': 'text/html' }, '<html>', 'content type'],
    ['json for a problem', 403, json, problem, 'content type'],
    ['a malformed rate header', 200, { ...json, RateLimit: 'minute=3' }, { pods: [] }, 'malformed'],
    [
      'a fractional Retry-After',
      429,
      { 'content-type': 'application/problem+json', 'retry-after': '1.5' },
      problem,
      'integer',
    ],
    ['no body', 200, json, undefined, 'lacks its body'],
  ])('refuses %s', (_, status, headers, body, named) => {
    expect(validateResponse({ method: 'GET', path: '/v2/pods', status, headers, body }).join('\n')).toContain(
      named,
    );
  });

  it('wants an empty 204', () => {
    const answer = { method: 'DELETE', path: '/v2/pods/a', status: 204, headers: {} };
    expect(validateResponse(answer)).toEqual([]);
    expect(validateResponse({ ...answer, body: {} })).toEqual(['status 204 has no body']);
  });

  it('looks into log frames', () => {
    const answer = {
      method: 'GET',
      path: '/v2/pods/a/logs?tail=1',
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
    };
    const good = 'id: 1\ndata: {"source":"system","line":"x","ts":"2026-01-01T00:00:00Z"}\n\n: ping\n\n';
    expect(validateResponse({ ...answer, body: good })).toEqual([]);
    expect(validateResponse({ ...answer, body: 'id: 1\ndata: {"source":"system"}\n\n' })).toHaveLength(2);
  });

  it('judges single schemas', () => {
    expect(openApiContract().validateSchema('ErrorResponse', problem)).toEqual([]);
    expect(openApiContract().validateSchema('ErrorResponse', {})).toHaveLength(3);
  });
});
