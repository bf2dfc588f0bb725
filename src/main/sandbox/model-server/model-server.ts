import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { Handler } from '../http/message.ts';
import type { Relay } from './relay.ts';
import type { ServerStats } from './stats.ts';

/** A model server that listens in a container. */
export interface ModelServer {
  /** The port inside the container. */
  readonly port: number;
  readonly handle: Handler;
  readonly stats: ServerStats;
}

/** What a model server gets from the machine it runs on. */
export interface ServerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly tokensPerSecond: number;
  readonly speed: number;
  readonly relay: Relay | null;
  /** Prints a line into the container's log. */
  readonly print: (line: string) => void;
  /** Models on the disk the server reads from; adding and removing one. */
  readonly models: () => readonly string[];
  readonly addModel: (model: string) => void;
  readonly removeModel: (model: string) => void;
}
