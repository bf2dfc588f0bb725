import { create } from 'zustand';

/** Which of the shell's own panels is open. */
export const useShell = create<{
  readonly panel: 'none' | 'palette' | 'keys' | 'notices';
}>(() => ({ panel: 'none' }));

export const openPanel = (panel: 'palette' | 'keys' | 'notices'): void => useShell.setState({ panel });
export const closePanel = (): void => useShell.setState({ panel: 'none' });
