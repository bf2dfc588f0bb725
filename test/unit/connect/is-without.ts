/** Whether a text can be had from a longer one by taking characters out: nothing of it was lost, changed or moved. */
export function isWithout(shorter: string, longer: string): boolean {
  return isSubsequence(shorter.split(''), longer.split(''));
}

/** The same by whole lines: not one of them was touched. */
export function isWithoutLines(shorter: string, longer: string): boolean {
  return isSubsequence(shorter.replace(/\n$/, '').split('\n'), longer.split('\n'));
}

function isSubsequence(shorter: readonly string[], longer: readonly string[]): boolean {
  let at = 0;
  for (const one of shorter) {
    at = longer.indexOf(one, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
