import { dialog, type BrowserWindow, type MessageBoxOptions } from 'electron';
import type { Question } from './questions.ts';

export type Ask = <A extends string>(question: Question<A>) => Promise<A>;

/** Asks in a box of the system, over the window when it is shown. Escape gives the last answer: leave it as it is. */
export function askWithDialog(window: () => BrowserWindow | null): Ask {
  return async (question) => {
    const last = question.buttons.length - 1;
    const options: MessageBoxOptions = {
      type: 'question',
      message: question.title,
      detail: question.detail,
      buttons: question.buttons.map((button) => button.label),
      defaultId: last,
      cancelId: last,
      noLink: true,
    };
    const over = window();
    const { response } =
      over === null ? await dialog.showMessageBox(options) : await dialog.showMessageBox(over, options);
    const chosen = question.buttons[response] ?? question.buttons[last];
    if (chosen === undefined) throw new Error('A question without answers was asked.');
    return chosen.answer;
  };
}
