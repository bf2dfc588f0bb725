import { create } from 'zustand';
import type { Radar } from '../../shared/model.ts';
import type { Problem } from '../view/problem.ts';

interface RadarState {
  readonly radar: Radar | null;
  readonly problem: Problem | null;
}

export const useRadar = create<RadarState>(() => ({ radar: null, problem: null }));
