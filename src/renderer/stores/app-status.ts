import { create } from 'zustand';
import type { AppStatus } from '../../shared/model.ts';
import type { Connection } from '../api/client.ts';
import type { Problem } from '../view/problem.ts';

interface AppStatusState {
  readonly status: AppStatus | null;
  readonly connection: Connection;
  /** When the core was last heard, in ms; null = never. */
  readonly heardAt: number | null;
  /** Since when the connection is gone, in ms. */
  readonly lostAt: number | null;
  /** Why the first load failed; null once anything was loaded. */
  readonly problem: Problem | null;
}

export const useAppStatus = create<AppStatusState>(() => ({
  status: null,
  connection: 'connecting',
  heardAt: null,
  lostAt: null,
  problem: null,
}));

export function putStatus(status: AppStatus, nowMs: number): void {
  useAppStatus.setState({ status, heardAt: nowMs, problem: null });
}

export function heard(nowMs: number): void {
  useAppStatus.setState({ heardAt: nowMs });
}

export function putConnection(connection: Connection, nowMs: number): void {
  useAppStatus.setState((state) => ({
    connection,
    lostAt: connection === 'lost' ? (state.lostAt ?? nowMs) : null,
    ...(connection === 'live' ? { heardAt: nowMs } : {}),
  }));
}
