import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { tell } from '../../app/actions.ts';
import { useApp } from '../../app/app-context.ts';
import { Button } from '../../components/button.tsx';
import { saveFile } from '../../components/save-file.ts';
import { words } from './messages.ts';

/** The ledger as a file: for a spreadsheet, or for a program. */
export function ExportMenu(): ReactNode {
  const { client } = useApp();
  const save = async (format: 'csv' | 'json'): Promise<void> => {
    try {
      const { filename, content } = await client.call('costs.export', { format });
      saveFile(filename, content, format === 'csv' ? 'text/csv' : 'application/json');
    } catch (error) {
      tell(error, words.exportFailed);
    }
  };
  return (
    <>
      <Button icon={<Download size={14} aria-hidden />} onClick={() => void save('csv')}>
        {words.exportCsv}
      </Button>
      <Button icon={<Download size={14} aria-hidden />} onClick={() => void save('json')}>
        {words.exportJson}
      </Button>
    </>
  );
}
