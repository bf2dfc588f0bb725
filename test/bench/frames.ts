/**
 * Frames of the interface, by the browser's own tracing: an answer of 200 tokens a second in the playground, and a log
 * of 100,000 lines that is scrolled. `growth` is a ratio within one run: the page's work in the last third of the time ÷ in
 * the first.
 */
import { scenarios } from '../e2e/ui/support/scenarios.ts';
import { answersWith, LOG_LINES, logsMuch, PROGRAM, PROSE, type Tokens } from '../e2e/ui/support/loads.ts';
import { startUi } from '../e2e/ui/support/ui-app.ts';
import { traced, type Smoothness } from '../support/smoothness.ts';
import { median, report } from './report.ts';

const ROUNDS = 3;
const TOKENS = 3000;

async function streamed(tokens: Tokens): Promise<Smoothness> {
  const manager = scenarios.busy();
  answersWith(manager, tokens, TOKENS);
  const ui = await startUi({ manager });
  try {
    await ui.goTo('#/playground?model=qwen3-coder', 'Playground');
    await ui.page.getByRole('textbox', { name: 'Message' }).fill('Go on');
    return await traced(ui.page, async () => {
      await ui.page.keyboard.press('Enter');
      await ui.page.getByText(/first token 610 ms/).waitFor({ timeout: 120_000 });
    });
  } finally {
    await ui.dispose();
  }
}

async function scrolled(): Promise<Smoothness> {
  const manager = scenarios.busy();
  logsMuch(manager);
  const ui = await startUi({ manager });
  try {
    const { page } = ui;
    await ui.goTo('#/deployments/qwen3-coder?tab=logs', 'qwen3-coder');
    const last = page.getByText(`line ${LOG_LINES - 1}`);
    await last.waitFor({ timeout: 120_000 });
    await page.getByRole('log').hover();
    return await traced(page, async () => {
      for (let turn = 0; turn < 240; turn++) await page.mouse.wheel(0, turn < 120 ? -4000 : 4000);
      await last.waitFor();
    });
  } finally {
    await ui.dispose();
  }
}

async function medians(measure: () => Promise<Smoothness>): Promise<Smoothness> {
  const rounds: Smoothness[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure());
  const of = (key: keyof Smoothness): number => median(rounds.map((each) => each[key]));
  return {
    seconds: of('seconds'),
    framesPerSecond: of('framesPerSecond'),
    busyShare: of('busyShare'),
    longestMs: of('longestMs'),
    longTasks: of('longTasks'),
    overBudgetShare: of('overBudgetShare'),
    growth: of('growth'),
  };
}

report('frames', {
  tokensPerSecond: 200,
  tokens: TOKENS,
  prose: await medians(() => streamed(PROSE)),
  program: await medians(() => streamed(PROGRAM)),
  logLines: LOG_LINES,
  log: await medians(scrolled),
});
