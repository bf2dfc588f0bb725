import {
  Ellipsis,
  ExternalLink,
  MessageSquare,
  Pencil,
  Play,
  RotateCw,
  Square,
  Trash2,
  Copy,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { DeploymentView } from '../../shared/model.ts';
import { useApp } from '../app/app-context.ts';
import { navigate, to } from '../app/router.ts';
import { useQuotes } from '../stores/quotes.ts';
import { priceOf, priceUp } from '../view/format.ts';
import { Button, IconButton, SpendButton } from './button.tsx';
import { Menu, MenuItem, MenuLine } from './menu.tsx';
import { words } from './messages.ts';

/** A sleeping endpoint costs nothing, and can be stopped all the same: then no request wakes it. */
const sleeps = ({ state, actions }: DeploymentView): boolean =>
  state === 'sleeping' && actions.includes('start');

/** The one main button of a deployment, as RunPod's actions allow: stop what bills, start what sleeps, at its price. */
export function MainAction({
  view,
  size = 'sm',
}: {
  readonly view: DeploymentView;
  readonly size?: 'sm' | 'md';
}): ReactNode {
  const { actions } = useApp();
  const quote = useQuotes((state) => state.byId[view.id]?.quote);
  if (view.actions.includes('stop') && !sleeps(view)) {
    return (
      <Button
        size={size}
        icon={<Square size={13} aria-hidden />}
        onClick={() => void actions.stop(view)}
        aria-label={words.stopOne(view.name)}
      >
        {words.stop}
      </Button>
    );
  }
  if (!view.actions.includes('start')) return null;
  const price = quote?.state === 'known' ? priceOf(quote.kind, priceUp(quote.usdPerHour)) : null;
  return (
    <SpendButton
      size={size}
      look="secondary"
      icon={<Play size={13} aria-hidden />}
      verb={words.start}
      usdPerHour={price}
      aria-label={price === null ? words.startAsking(view.name) : words.startOne(view.name, price)}
      blocked={quote?.state === 'unknown' ? words.noPrice(quote.reason) : null}
      onClick={() => quote?.state === 'known' && void actions.start(view, quote.usdPerHour)}
    />
  );
}

export function MoreMenu({ view }: { readonly view: DeploymentView }): ReactNode {
  const { actions } = useApp();
  const icon = { size: 15, 'aria-hidden': true } as const;
  return (
    <Menu
      trigger={
        <IconButton
          label={words.moreFor(view.name)}
          title={words.more}
          icon={<Ellipsis size={16} aria-hidden />}
        />
      }
    >
      <MenuItem icon={<ExternalLink {...icon} />} onSelect={() => navigate(to.deployment(view.name))}>
        {words.details}
      </MenuItem>
      <MenuItem icon={<MessageSquare {...icon} />} onSelect={() => navigate(to.playground(view.name))}>
        {words.chat}
      </MenuItem>
      <MenuItem icon={<Copy {...icon} />} onSelect={() => void actions.copyEndpoint()}>
        {words.copyEndpoint}
      </MenuItem>
      <MenuLine />
      {sleeps(view) && view.actions.includes('stop') && (
        <MenuItem icon={<Square {...icon} />} onSelect={() => void actions.stop(view)}>
          {words.stop}
        </MenuItem>
      )}
      {view.actions.includes('restart') && (
        <MenuItem icon={<RotateCw {...icon} />} onSelect={() => void actions.restart(view)}>
          {words.restart}
        </MenuItem>
      )}
      {view.actions.includes('edit') && (
        <MenuItem icon={<Pencil {...icon} />} onSelect={() => navigate(to.deployment(view.name, 'settings'))}>
          {words.edit}
        </MenuItem>
      )}
      <MenuItem icon={<Copy {...icon} />} onSelect={() => navigate(to.deploy({ from: view.name }))}>
        {words.duplicate}
      </MenuItem>
      {view.actions.includes('terminate') && (
        <>
          <MenuLine />
          <MenuItem icon={<Trash2 {...icon} />} tone="danger" onSelect={() => void actions.terminate(view)}>
            {words.remove}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
