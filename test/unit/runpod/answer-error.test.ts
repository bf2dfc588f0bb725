import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../../src/shared/errors.ts';
import { errorFromAnswer, type Asked } from '../../../src/main/runpod/answer-error.ts';
import { readProblem, secretsIn } from '../../../src/main/runpod/problem.ts';

const LIST: Asked = { method: 'GET', route: '/v2/pods', repeatable: true, secrets: [] };
const GET: Asked = { ...LIST, route: '/v2/pods/{id}' };
const CREATE: Asked = { method: 'POST', route: '/v2/pods', repeatable: false, secrets: [] };
const ACTION: Asked = { ...CREATE, route: '/v2/pods/{id}/action' };
const ENDPOINT: Asked = { ...CREATE, route: '/v2/serverless' };
const PATCH: Asked = { ...CREATE, method: 'PATCH', route: '/v2/pods/{id}' };

const says = (detail: string, errors?: readonly string[]): string =>
  JSON.stringify({ title: 'Problem', status: 400, detail, ...(errors && { errors }) });
const HTML = '<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head></html>';
const NO_INSTANCES =
  'There are no longer any instances available with the requested specifications. Please refresh and try again.';

function errorOf(asked: Asked, status: number, body: string) {
  return errorFromAnswer(asked, { status, body, requestId: 'req-1', retryAfterSeconds: undefined });
}

describe('errorFromAnswer', () => {
  it.each([
    [LIST, 302, '', 'runpod_bad_answer', {}],
    [LIST, 400, says('bad cursor'), 'runpod_rejected', {}],
    [LIST, 401, says('missing bearer token'), 'runpod_key_invalid', {}],
    [LIST, 401, '', 'runpod_key_invalid', {}],
    [LIST, 403, says('access denied'), 'runpod_key_forbidden', {}],
    [LIST, 403, HTML, 'runpod_unreachable', {}],
    [GET, 404, says('pod not found'), 'runpod_not_found', {}],
    [GET, 404, HTML, 'runpod_bad_answer', {}],
    [GET, 404, '', 'runpod_bad_answer', {}],
    [GET, 404, '{"error":"not found"}', 'runpod_bad_answer', {}],
    [LIST, 408, '', 'runpod_unavailable', {}],
    [LIST, 429, says('rate limit exceeded for the minute window'), 'runpod_rate_limited', {}],
    [LIST, 500, says('boom'), 'runpod_unavailable', {}],
    [LIST, 500, '{"error":"Something went wrong"}', 'runpod_bad_answer', {}],
    [LIST, 502, HTML, 'runpod_unavailable', {}],
    [LIST, 524, HTML, 'runpod_unavailable', {}],
    [CREATE, 400, says('gpu and cpu are mutually exclusive'), 'runpod_rejected', { ambiguous: true }],
    [CREATE, 400, says(NO_INSTANCES), 'no_gpu_capacity', {}],
    [CREATE, 400, says('Insufficient balance to rent this pod'), 'runpod_balance_empty', {}],
    [CREATE, 402, says('insufficient balance'), 'runpod_balance_empty', {}],
    [CREATE, 403, says('access denied'), 'runpod_key_forbidden', { ambiguous: true }],
    [
      CREATE,
      403,
      says('your account cannot access this GPU pool'),
      'no_gpu_capacity',
      { reason: 'pool-forbidden' },
    ],
    [CREATE, 404, says('template not found'), 'runpod_not_found', {}],
    [CREATE, 422, says('Request validation failed.'), 'runpod_rejected', {}],
    [CREATE, 422, says('image "me/x:9" was not found on its registry'), 'image_invalid', {}],
    [
      CREATE,
      422,
      says('Request validation failed.', ['$.image: manifest for me/x:9 not found: manifest unknown']),
      'image_invalid',
      {
        fields: ['image'],
        violations: ['$.image: manifest for me/x:9 not found: manifest unknown'],
      },
    ],
    [
      CREATE,
      422,
      says('Request validation failed.', ['$.gpu: invalid image of a GPU']),
      'runpod_rejected',
      { fields: ['gpu'], violations: ['$.gpu: invalid image of a GPU'] },
    ],
    [ENDPOINT, 422, says('image "me/x:9" does not exist'), 'image_invalid', {}],
    [PATCH, 422, says('image "me/x:9" does not exist'), 'runpod_rejected', {}],
    [CREATE, 429, says('slow down'), 'runpod_rate_limited', {}],
    [CREATE, 408, '', 'runpod_unavailable', { mayHaveHappened: true }],
    [CREATE, 500, says('boom'), 'runpod_unavailable', { mayHaveHappened: true }],
    [CREATE, 504, HTML, 'runpod_unavailable', { mayHaveHappened: true }],
    [ACTION, 400, says('There are not enough free GPUs on the host machine'), 'no_gpu_capacity', {}],
    [ACTION, 400, says('unknown'), 'runpod_rejected', { ambiguous: true }],
    [ACTION, 409, says('There are not enough free GPUs on the host machine'), 'no_gpu_capacity', {}],
    [ACTION, 409, says('action "start" is not valid for status RUNNING'), 'runpod_conflict', {}],
    [ENDPOINT, 400, says(NO_INSTANCES), 'runpod_rejected', {}],
    [ENDPOINT, 403, says('access denied'), 'runpod_key_forbidden', {}],
    [PATCH, 400, says('mounts are immutable'), 'runpod_rejected', {}],
    [PATCH, 503, says('boom'), 'runpod_unavailable', { mayHaveHappened: true }],
    [PATCH, 413, '', 'runpod_rejected', {}],
  ])('$method $route %i %s', (asked, status, body, code, facts) => {
    const error = errorOf(asked, status, body);
    expect(error).toMatchObject({ code, requestId: 'req-1' });
    expect(error.details).toEqual({ status, route: `${asked.method} ${asked.route}`, ...facts });
  });

  it('trap 5: keeps the 400s of a create apart: capacity, or perhaps the request itself', () => {
    const refused = errorOf(CREATE, 400, says('minCudaVersion and allowedCudaVersions exclude each other'));
    expect(refused.details).toMatchObject({ ambiguous: true });
    expect(refused.message).toContain('minCudaVersion and allowedCudaVersions exclude each other');
    expect(errorOf(CREATE, 400, says(NO_INSTANCES)).details).not.toHaveProperty('ambiguous');
    expect(errorOf(LIST, 400, says(NO_INSTANCES)).code).toBe('runpod_rejected');
  });

  it.each([
    'There are no instances currently available',
    'no available GPUs', // RunPod words it both ways round
    'Insufficient capacity in EU-RO-1',
    'This machine does not have the resources to deploy your pod. Please try a different machine',
    'The requested GPU is out of stock',
  ])('recognises "%s" as capacity', (detail) => {
    expect(errorOf(CREATE, 400, says(detail)).code).toBe('no_gpu_capacity');
  });

  it('names the field of a 422 in words and in details', () => {
    const error = errorOf(
      CREATE,
      422,
      says('Request validation failed.', ["$: additional properties 'imageName' not allowed"]),
    );
    expect(error.message).toBe(
      "RunPod refused the request (422 to POST /v2/pods): Request validation failed; $: additional properties 'imageName' not allowed.",
    );
    expect(error.details).toMatchObject({ fields: ['imageName'] });
  });

  it('says what to do', () => {
    expect(errorOf(LIST, 500, '{"error":"x"}').advice).toContain('RUNPOD_API_URL');
    expect(errorOf(LIST, 403, HTML).advice).toContain('VPN');
    expect(errorOf(CREATE, 402, says('x')).advice).toBe(ERRORS.runpod_balance_empty.advice);
  });
});

describe('readProblem', () => {
  it.each([
    [["$: missing property 'scaling'", "$: additional properties 'name', 'type' not allowed"], ['scaling']],
    [["$.gpu: missing properties 'id', 'count'"], ['gpu.id', 'gpu.count']],
    [['$.workers.idleTimeout: must be <= 3600'], ['workers.idleTimeout']],
    [
      ["$.gpu: additional properties 'type' not allowed", '$.disk: must be >= 1'],
      ['gpu.type', 'disk'],
    ],
    [["$.mounts.network[0]: missing property 'path'"], ['mounts.network[0].path']],
    [['something else'], []],
  ])('finds the decisive fields in %j', (errors, fields) => {
    expect(readProblem(says('Request validation failed.', errors), []).fields).toEqual(fields);
  });

  it.each([
    ['problem+json', says('pod not found'), 'pod not found', true],
    ['a title alone', '{"title":"Not Found"}', 'Not Found', true],
    ['a v1 error', '{"error":"bad"}', 'bad', false],
    ['a message', '{"message":"bad"}', 'bad', false],
    ['a page of Cloudflare', HTML, 'Attention Required! | Cloudflare', false],
    ['a page without a title', '<html><body>x</body></html>', 'an HTML page', false],
    ['plain text', 'upstream connect error', 'upstream connect error', false],
    ['a list', '[1]', '[1]', false],
    ['nothing', '', '', false],
    ['fields of the wrong type', '{"detail":5,"errors":"no"}', '', false],
  ])('trap 31: reads %s', (_, body, text, fromApi) => {
    expect(readProblem(body, [])).toMatchObject({ text, fromApi });
  });

  it('keeps control characters and endless texts off the terminal', () => {
    const problem = readProblem(says(`a\u001B[2Jb\nc${'x'.repeat(900)}`), []);
    expect(problem.text).toMatch(/^a \[2Jb cx+…$/);
    expect(problem.text.length).toBe(501);
    expect(
      readProblem(
        says(
          'x',
          Array.from({ length: 40 }, (_, i) => `$.a${i}: bad`),
        ),
        [],
      ).violations,
    ).toHaveLength(5);
  });

  it('trap 20: never repeats a secret of the request', () => {
    const body = {
      env: { A: 'hf_CANARY_one', B: 'hf_CANARY_one_longer', PORT: '8000' },
      password: 'CANARY-pw',
    };
    const text = 'env A "hf_CANARY_one" B "hf_CANARY_one_longer" PORT "8000" password CANARY-pw';
    expect(readProblem(says(text, [text]), secretsIn(body))).toMatchObject({
      text: 'env A "***" B "***" PORT "8000" password ***',
      violations: ['env A "***" B "***" PORT "8000" password ***'],
    });
    expect(secretsIn(undefined)).toEqual([]);
    expect(secretsIn({ env: null })).toEqual([]);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(readProblem(body, ['secret-value']).text.length).toBeLessThanOrEqual(501);
      }),
    );
  });
});
