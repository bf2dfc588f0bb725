import { Component, type ReactNode } from 'react';
import { Button } from '../components/button.tsx';
import { shell } from './messages.ts';

interface Props {
  readonly children: ReactNode;
  /** A change of it, such as another page, tries again. */
  readonly resetKey: string;
}

interface State {
  readonly error: Error | null;
  readonly resetKey: string;
}

/** A page that fails leaves the shell standing: what runs, what it costs and the way to stop it stay in reach. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: Error): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { error: null, resetKey: props.resetKey };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div role="alert" className="m-auto max-w-lg p-8">
        <h1 className="text-xl font-semibold">{shell.crash.title}</h1>
        <p className="mt-2 text-soft">{shell.crash.text}</p>
        <pre className="mt-3 overflow-auto rounded-md border border-line bg-sunken p-3 text-sm whitespace-pre-wrap">
          {error.message}
        </pre>
        <div className="mt-4 flex gap-2">
          <Button look="primary" onClick={() => this.setState({ error: null })}>
            {shell.crash.again}
          </Button>
          <Button onClick={() => window.location.reload()}>{shell.crash.reload}</Button>
        </div>
      </div>
    );
  }
}
