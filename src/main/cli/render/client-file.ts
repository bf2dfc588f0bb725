import type { ClientSheet } from '../../../shared/clients/clients.ts';
import type { FilePreview, FileWritten } from '../../../shared/clients/files.ts';
import type { Paint } from './paint.ts';
import { safeText } from './safe-text.ts';

const SIGNS = { same: '  ', added: '+ ', removed: '- ', gap: '  ' } as const;

/** The difference that writing would make, as it is looked at before a yes. */
export function renderFilePreview(preview: FilePreview, paint: Paint): string {
  const { exists, machine, path, lines, clientKey } = preview;
  const head = `${paint.bold(path)} on ${machine}${exists ? '' : ' (new)'}`;
  const shown = lines.map(({ kind, text }) => {
    if (kind === 'gap') return paint.dim(`  … ${text} ${text === '1' ? 'line' : 'lines'}`);
    const line = SIGNS[kind] + safeText(text, false);
    if (kind === 'added') return paint.green(line);
    return kind === 'removed' ? paint.red(line) : line;
  });
  const key =
    clientKey === 'made'
      ? ['A key for this client alone is made and written into it; revoke it when you like.']
      : [];
  return [head, ...shown, ...key].join('\n');
}

export function renderWritten({ path, backup, madeKey, next }: FileWritten, sheet: ClientSheet): string {
  const lines = [`Wrote ${path}.`];
  if (backup !== null) lines.push(`What stood there before: ${backup}`);
  if (madeKey !== null) lines.push(`Its key "${madeKey.name}" ends in ${madeKey.hint}.`);
  if (next !== null) lines.push(`Then: ${next}`);
  lines.push(`Undo it with: runpod-llm connect ${sheet.id} --undo`);
  return lines.join('\n');
}
