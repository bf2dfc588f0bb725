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
  /** Which question the answer belongs to. */
  readonly id: string;
  readonly value: T | null;
  readonly problem: Problem | null;
}

/** What a page alone needs from the core: asked when shown and when the input changes, given up when the page is left. */
export function useCall<N extends MethodName>(
  name: N,
  input: MethodInput<N> | null,
): Loaded<MethodOutput<N>> {
  const { client } = useApp();
  const [round, setRound] = useState(0);
  const id = input === null ? '' : `${round}|${JSON.stringify(input)}`;
  const [state, setState] = useState<State<MethodOutput<N>>>({ id: '', value: null, problem: null });

  useEffect(() => {
    if (id === '') return;
    const leaving = new AbortController();
    const asked: MethodInput<N> = JSON.parse(id.slice(id.indexOf('|') + 1));
    client.call(name, asked, leaving.signal).then(
      (value) => {
        if (!leaving.signal.aborted) setState({ id, value, problem: null });
      },
      (error: unknown) => {
        if (leaving.signal.aborted || wasLeft(error)) return;
        setState((before) => ({ id, value: before.value, problem: problemOf(error) }));
      },
    );
    return () => leaving.abort();
  }, [client, name, id]);

  return {
    value: state.value,
    problem: state.problem,
    loading: state.id !== id,
    reload: useCallback(() => setRound((before) => before + 1), []),
    put: useCallback((value) => setState((before) => ({ ...before, value, problem: null })), []),
  };
}
