import { useCallback, useEffect, useState } from 'react';
import type { MethodInput, MethodName, MethodOutput } from '../../shared/api.ts';
import { problemOf, wasLeft, type Problem } from '../view/problem.ts';
import { useApp } from './app-context.ts';

export interface Loaded<T> {
  /** The last good answer; it stays while a newer one is asked for. */
  readonly value: T | null;
  readonly problem: Problem | null;
  readonly loading: boolean;
  readonly reload: () => void;
  /** Puts an answer in place that came another way, such as from saving. */
  readonly put: (value: T) => void;
}

interface State<T> {
  readonly key: string;
  readonly value: T | null;
  readonly problem: Problem | null;
  readonly loading: boolean;
}

/** What a page alone needs from the core: asked when shown and when the input changes, given up when the page is left. */
export function useCall<N extends MethodName>(
  name: N,
  input: MethodInput<N> | null,
): Loaded<MethodOutput<N>> {
  const { client } = useApp();
  const key = input === null ? '' : JSON.stringify(input);
  const [round, setRound] = useState(0);
  const [state, setState] = useState<State<MethodOutput<N>>>({
    key,
    value: null,
    problem: null,
    loading: true,
  });

  useEffect(() => {
    if (key === '') return;
    const leaving = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    const asked: MethodInput<N> = JSON.parse(key);
    client.call(name, asked, leaving.signal).then(
      (value) => {
        if (!leaving.signal.aborted) setState({ key, value, problem: null, loading: false });
      },
      (error: unknown) => {
        if (leaving.signal.aborted || wasLeft(error)) return;
        setState((before) => ({ ...before, key, problem: problemOf(error), loading: false }));
      },
    );
    return () => leaving.abort();
  }, [client, name, key, round]);

  return {
    value: state.value,
    problem: state.problem,
    loading: state.loading || state.key !== key,
    reload: useCallback(() => setRound((before) => before + 1), []),
    put: useCallback(
      (value) => setState((before) => ({ ...before, value, problem: null, loading: false })),
      [],
    ),
  };
}
