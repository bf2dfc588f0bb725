import { Ellipsis } from 'lucide-react';
import type { ReactNode } from 'react';
import type { LocalImage } from '../../../shared/images.ts';
import { say, tell } from '../../app/actions.ts';
import { askFirst } from '../../app/ask-first.ts';
import { useApp } from '../../app/app-context.ts';
import { now } from '../../app/clock.ts';
import { navigate, to } from '../../app/router.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { Menu, MenuItem, MenuLine } from '../../components/menu.tsx';
import { cell, headCell, numCell, numHead } from '../../components/request-table.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { Loading, ProblemPanel, Section } from '../../components/surface.tsx';
import { notify } from '../../stores/notices.ts';
import { bytes, dateTime } from '../../view/format.ts';
import type { Problem } from '../../view/problem.ts';
import { words } from './messages.ts';

export function LocalImages({
  images,
  problem,
  usable,
  onChange,
}: {
  readonly images: readonly LocalImage[] | null;
  readonly problem: Problem | null;
  readonly usable: boolean;
  readonly onChange: () => void;
}): ReactNode {
  const actions = useImageActions(onChange);
  const prune = usable && images !== null && images.length > 0 && (
    <Button size="sm" onClick={() => void actions.prune()}>
      {words.prune}
    </Button>
  );
  if (!usable) return null;
  return (
    <Section title={words.local} aside={prune} flush>
      {problem !== null && (
        <div className="px-4 pb-4">
          <ProblemPanel problem={problem} onRetry={onChange} />
        </div>
      )}
      {images === null && problem === null && <Loading what={words.title} />}
      {images?.length === 0 && <p className="px-4 pb-4 text-soft">{words.none}</p>}
      {images !== null && images.length > 0 && (
        <ScrollRegion label={words.localTable} className="overflow-x-auto">
          <table className="w-full">
            <thead>
              <tr className="border-y border-line">
                <th scope="col" className={headCell}>
                  {words.columns.image}
                </th>
                <th scope="col" className={headCell}>
                  {words.madeFor}
                </th>
                <th scope="col" className={numHead}>
                  {words.columns.size}
                </th>
                <th scope="col" className={headCell}>
                  {words.columns.made}
                </th>
                <th scope="col" className={headCell}>
                  {words.columns.usedBy}
                </th>
                <th scope="col" className={headCell}>
                  <span className="sr-only">{words.columns.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {images.map((image) => (
                <Row key={image.id} image={image} actions={actions} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </Section>
  );
}

function Row({
  image,
  actions,
}: {
  readonly image: LocalImage;
  readonly actions: ReturnType<typeof useImageActions>;
}): ReactNode {
  const reference = image.references[0];
  const name = reference ?? image.id.slice(0, 19);
  return (
    <tr className="border-b border-line/60 last:border-b-0">
      <th scope="row" className={`${cell} max-w-72 truncate font-mono text-sm font-normal`} title={name}>
        {name}
      </th>
      <td className={cell}>
        {image.model ?? '–'}
        {image.target !== null && (
          <span className="block text-sm text-soft">{words.targets[image.target]}</span>
        )}
      </td>
      <td className={numCell}>{bytes(image.sizeBytes)}</td>
      <td className={`${cell} num text-soft`}>{dateTime(image.createdAt)}</td>
      <td className={cell}>
        {image.usedBy.length === 0 ? (
          <span className="text-faint">{words.byNothing}</span>
        ) : (
          image.usedBy.join(', ')
        )}
      </td>
      <td className={`${cell} text-right!`}>
        {reference !== undefined && (
          <Menu
            trigger={
              <IconButton
                label={words.moreFor(name)}
                title={words.more}
                icon={<Ellipsis size={16} aria-hidden />}
              />
            }
          >
            <MenuItem onSelect={() => void actions.push(reference)}>{words.push}</MenuItem>
            <MenuItem onSelect={() => void actions.smoke(reference)}>{words.smoke}</MenuItem>
            <MenuLine />
            <MenuItem tone="danger" onSelect={() => void actions.remove(reference)}>
              {words.remove}
            </MenuItem>
          </Menu>
        )}
      </td>
    </tr>
  );
}

function useImageActions(onChange: () => void) {
  const { client } = useApp();
  const run = async (whatFailed: string, task: () => Promise<void>): Promise<void> => {
    try {
      await task();
      onChange();
    } catch (error) {
      tell(error, whatFailed);
    }
  };
  return {
    push: (reference: string) =>
      run(words.cannot.push(reference), async () => {
        const build = await client.call('images.push', { reference });
        navigate(to.images(build.id));
      }),
    smoke: (reference: string) =>
      run(words.cannot.smoke(reference), async () => {
        const result = await client.call('images.smoke', { reference });
        const last = result.lines.at(-1) ?? '';
        if (result.ok) say(words.starts(reference), last);
        else notify({ at: now(), tone: 'bad', title: words.startsNot(reference), body: last, action: null });
      }),
    remove: (reference: string) =>
      run(words.cannot.remove(reference), async () => {
        const yes = await askFirst(client, 'images.remove', {
          title: words.removeTitle(reference),
          effects: [words.removeText],
          verb: words.removeVerb,
          tone: 'normal',
        });
        if (yes) await client.call('images.remove', { reference });
      }),
    prune: () =>
      run(words.cannot.prune, async () => {
        const preview = await client.call('images.prunePreview', {});
        if (preview.images.length === 0) return say(words.nothingUnused);
        const yes = await askFirst(client, 'images.prune', {
          title: words.pruneTitle(preview.images.length),
          effects: preview.images.map(
            (image) => `${image.references[0] ?? image.id}, ${bytes(image.sizeBytes)}`,
          ),
          verb: words.freeAtLeast(bytes(preview.bytes)),
          tone: 'normal',
        });
        if (yes) await client.call('images.prune', { ids: preview.images.map((image) => image.id) });
      }),
  };
}
