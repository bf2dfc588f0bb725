import { editorSheets } from './editors.ts';
import { otherSheets } from './others.ts';
import { TOKEN_MARK, type ClientSheet, type ConnectFacts } from './sheet.ts';
import { terminalSheets } from './terminals.ts';

/** Every client the app knows, filled in for one model; those that cannot work and those nobody maintains come last. */
export function clientSheets(facts: ConnectFacts): ClientSheet[] {
  const all = [...editorSheets(facts), ...terminalSheets(facts), ...otherSheets(facts)];
  const rank = (sheet: ClientSheet): number =>
    sheet.support === 'impossible' ? 2 : sheet.maintained ? 0 : 1;
  return all.toSorted((a, b) => rank(a) - rank(b));
}

/** A snippet as it is pasted. */
export const withToken = (text: string, token: string): string => text.replaceAll(TOKEN_MARK, token);

/** A snippet as it is shown: the key's last four characters, if any. */
export const withHint = (text: string, hint: string): string => text.replaceAll(TOKEN_MARK, `••••${hint}`);

/** What speaks against using this client with this deployment; empty = nothing. */
export function fitness(sheet: ClientSheet, contextTokens: number): string[] {
  return contextTokens < sheet.minContextTokens
    ? [
        `${sheet.name} wants ${Math.round(sheet.minContextTokens / 1024)}k of context; this deployment has ${Math.round(contextTokens / 1024)}k.`,
      ]
    : [];
}
