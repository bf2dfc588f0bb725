import type { LogLine } from '../../../shared/model.ts';
import type { Paint } from './paint.ts';
import { safeText } from './safe-text.ts';

export function renderLogLine(line: LogLine, paint: Paint, colors: boolean): string {
  const time = timeFormat.format(Date.parse(line.at));
  const level = line.level === null ? '' : ` ${levelText(line.level, paint)}`;
  return `${paint.dim(`${time} ${line.source}`)}${level} ${safeText(line.text, colors)}`;
}

function levelText(level: NonNullable<LogLine['level']>, paint: Paint): string {
  switch (level) {
    case 'error':
      return paint.red('ERROR');
    case 'warn':
      return paint.yellow('WARN');
    case 'info':
      return 'INFO';
    case 'debug':
      return paint.dim('DEBUG');
  }
}

const timeFormat = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});
