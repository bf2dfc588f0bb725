// oxlint-disable no-control-regex -- control characters are what this file is about
const ESCAPES = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-_]/g;
const STYLE = /^\u001b\[[\d;]*m$/;
const CONTROLS = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;

/**
 * Text that came from elsewhere (a pod's log, an error of RunPod's), made harmless for a terminal: no cursor moves, no
 * titles, no links, no bells. Colours stay where they are wanted, and are ended at the end of the text.
 */
export function safeText(text: string, colors: boolean): string {
  let styled = false;
  const cleaned = text
    // A progress bar redraws its line with carriage returns: the last drawing counts.
    .replace(/^.*\r(?!\n|$)/gm, '')
    .replace(ESCAPES, (sequence) => {
      if (!colors || !STYLE.test(sequence)) return '';
      styled = true;
      return sequence;
    })
    .replace(CONTROLS, '')
    .replace(/\u001b(?!\[[\d;]*m)/g, '');
  return styled ? `${cleaned}\u001b[0m` : cleaned;
}
