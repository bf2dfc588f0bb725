import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../../src/main/proxy/keyring.ts';
import { Router } from '../../../src/main/proxy/router.ts';
import { TargetLoad } from '../../../src/main/proxy/target-load.ts';
import { FakeTarget, FakeTargets, upstreamAt } from '../../support/proxy-targets.ts';

const up = upstreamAt('http://127.0.0.1:1');

function setUp(...targets: FakeTarget[]): {
  router: Router;
  load: TargetLoad;
  source: FakeTargets;
  sick: Set<string>;
  now: { ms: number };
} {
  const now = { ms: 0 };
  const load = new TargetLoad(() => now.ms);
  const source = new FakeTargets(...targets);
  const sick = new Set<string>();
  const router = new Router({ source, load, defaultModel: () => null, healthy: (id) => !sick.has(id) });
  return { router, load, source, sick, now };
}
const names = (router: Router, model: string | null): string[] =>
  router.resolve(model, ANONYMOUS).targets.map((target) => target.name);

describe('choosing among several targets', () => {
  it('prefers healthy, then ready, then the least busy, then the quickest', () => {
    const [a, b, asleep] = [
      new FakeTarget('a', up, ['x']),
      new FakeTarget('b', up, ['x']),
      new FakeTarget('s', null, ['x']),
    ];
    const { router, load, sick, now } = setUp(asleep, a, b);
    const busy = load.enter(a.id);
    expect(names(router, 'x')).toEqual(['b', 'a', 's']);
    now.ms = 500;
    busy.leave(400);
    busy.leave(400);
    expect([load.inFlight(a.id), load.firstTokenMs(a.id)]).toEqual([0, 400]);
    const quick = load.enter(b.id);
    quick.leave(510);
    expect(names(router, 'x')).toEqual(['b', 'a', 's']);
    sick.add(b.id);
    expect(names(router, 'x')).toEqual(['a', 's', 'b']);
  });

  it('leads a deployment’s own name to it alone, whoever else takes it for an alias', () => {
    const asleep = new FakeTarget('coder', null, ['coder', 'a/b']);
    const other = new FakeTarget('other', up, ['other', 'coder', 'a/b']);
    const { router, source } = setUp(other, asleep);
    expect(names(router, 'coder')).toEqual(['coder']);
    expect(names(router, 'a/b')).toEqual(['other', 'coder']);
    source.set(other);
    expect(names(router, 'coder')).toEqual(['other']);
  });

  it('follows changes of the list, and stops when disposed', () => {
    const { router, source } = setUp(new FakeTarget('a', up));
    source.set(new FakeTarget('b', up));
    expect(router.models(ANONYMOUS)).toEqual(['b']);
    expect(() => router.resolve('a', ANONYMOUS)).toThrow(/does not exist here. Available: b./);
    router.dispose();
    source.set(new FakeTarget('c', up));
    expect(router.models(ANONYMOUS)).toEqual(['b']);
  });
});

describe('names', () => {
  it('ignores case, takes variants, and takes a missing model for the only one or the default', () => {
    const { router, source } = setUp(new FakeTarget('a', up, ['a', 'Qwen/Qwen3']));
    expect(names(router, 'qwen/qwen3')).toEqual(['a']);
    expect(names(router, 'a:free:beta')).toEqual(['a']);
    expect(names(router, null)).toEqual(['a']);
    source.set(new FakeTarget('a', up), new FakeTarget('b', up));
    expect(() => router.resolve(null, ANONYMOUS)).toThrow(/names no model/);
    const withDefault = new Router({
      source,
      load: new TargetLoad(() => 0),
      defaultModel: () => 'b',
      healthy: () => true,
    });
    expect(names(withDefault, null)).toEqual(['b']);
    source.set();
    expect(() => router.resolve('x', ANONYMOUS)).toThrow(/No model is deployed/);
  });

  it('shows twenty names and counts the rest', () => {
    const { router } = setUp(...Array.from({ length: 25 }, (_v, i) => new FakeTarget(`t${i}`, up)));
    expect(() => router.resolve('x', ANONYMOUS)).toThrow(/t19, and 5 more/);
  });
});
