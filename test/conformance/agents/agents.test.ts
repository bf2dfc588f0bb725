import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { AppError } from '../../../src/shared/errors.ts';
import {
  AgentHome,
  installAgent,
  type AgentName,
  type AgentRun,
  type Installed,
} from '../../support/proxy-agents.ts';
import { eventually, Harness, LOCAL_KEY } from '../../support/proxy-harness.ts';
import { upstreamAt } from '../../support/proxy-targets.ts';
import {
  answerChat,
  chatChunk,
  chatEvents,
  sendEvents,
  sendJson,
  type Script,
} from '../../support/proxy-upstream.ts';

/**
 * Coding agents from npm, run head-less as their users run them, through the proxy to a server that speaks only chat
 * completions: each of the three dialects in the hands of its most demanding client. `npm run test:agents`.
 */
interface Agent {
  readonly name: AgentName;
  /** The tool that runs a command, and its arguments. */
  readonly shell: RegExp;
  readonly shellArguments: (command: string) => object;
  readonly run: (home: AgentHome, command: readonly string[], prompt: string) => AgentRun;
}

let h: Harness;
let clock: ManualClock;
let home: AgentHome;

const codex: Agent = {
  name: 'codex',
  shell: /^(?:exec_command|shell_command|shell)$/,
  shellArguments: (command) => ({ cmd: command, command }),
  run: (place, command, prompt) => {
    place.write(
      'config.toml',
      `model = "m"
model_provider = "own"
[model_providers.own]
name = "own"
base_url = "${h.url}/v1"
env_key = "OWN_KEY"
wire_api = "responses"
request_max_retries = 1
stream_max_retries = 1
`,
    );
    const flags = ['--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'];
    return place.run([...command, 'exec', ...flags, prompt], {
      OWN_KEY: LOCAL_KEY,
      CODEX_HOME: place.folder,
    });
  },
};

const claude: Agent = {
  name: 'claude',
  shell: /^Bash$/,
  shellArguments: (command) => ({ command, description: 'test' }),
  run: (place, command, prompt) =>
    place.run([...command, '-p', prompt, '--model', 'm', '--allowedTools', 'Bash'], {
      ANTHROPIC_BASE_URL: h.url,
      ANTHROPIC_AUTH_TOKEN: LOCAL_KEY,
      ANTHROPIC_DEFAULT_OPUS_MODEL: 'm',
      ANTHROPIC_DEFAULT_SONNET_MODEL: 'm',
      ANTHROPIC_DEFAULT_HAIKU_MODEL: 'm',
      CLAUDE_CONFIG_DIR: place.folder,
      CLAUDE_CODE_ATTRIBUTION_HEADER: '0',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_MAX_RETRIES: '1',
    }),
};

const opencode: Agent = {
  name: 'opencode',
  shell: /^bash$/,
  shellArguments: (command) => ({ command, description: 'test' }),
  run: (place, command, prompt) =>
    place.run([...command, 'run', '-m', 'own/m', prompt], {
      OPENCODE_CONFIG_CONTENT: JSON.stringify({
        provider: {
          own: {
            npm: '@ai-sdk/openai-compatible',
            name: 'own',
            options: { baseURL: `${h.url}/v1`, apiKey: LOCAL_KEY },
            models: { m: { name: 'm', limit: { context: 32_768, output: 4096 } } },
          },
        },
        small_model: 'own/m',
        permission: { bash: 'allow' },
        autoupdate: false,
      }),
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
    }),
};

interface ToolMessage {
  readonly role: string;
  readonly content: unknown;
}

function toolResults(json: Record<string, unknown>): string {
  const messages = (json['messages'] ?? []) as readonly ToolMessage[];
  return messages
    .filter((message) => message.role === 'tool')
    .map((message) => JSON.stringify(message.content))
    .join();
}

/** Calls the agent's shell once, then says what it printed. */
function withTool(agent: Agent): Script {
  return (request, res) => {
    const tools = (request.json['tools'] ?? []) as readonly {
      readonly function: { readonly name: string };
    }[];
    const name = tools.map((tool) => tool.function.name).find((tool) => agent.shell.test(tool));
    const result = toolResults(request.json);
    if (name === undefined || result !== '') {
      answerChat(result.includes('made-by-tool-42') ? 'tool result seen' : 'Title')(request, res);
      return;
    }
    const args = JSON.stringify(agent.shellArguments('echo made-by-tool-$((40 + 2))'));
    const delta = (part: object, finish: string | null = null): string =>
      chatChunk({ choices: [{ index: 0, delta: part, finish_reason: finish }] });
    sendEvents(res, [
      delta({ role: 'assistant', content: 'Looking. ' }),
      delta({
        tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name, arguments: '' } }],
      }),
      delta({ tool_calls: [{ index: 0, function: { arguments: args } }] }),
      // As some parsers of vLLM end tool calls.
      delta({}, 'stop'),
      'data: [DONE]\n\n',
    ]);
  };
}

/** Only chat completions, as a plain vLLM of another age. */
const onlyChat =
  (script: Script): Script =>
  (request, res) =>
    request.path === '/v1/chat/completions'
      ? script(request, res)
      : sendJson(res, 404, { detail: 'Not Found' });

for (const agent of [codex, claude, opencode]) {
  describe(`${agent.name}, from npm`, () => {
    let installed: Installed;
    beforeAll(() => {
      installed = installAgent(agent.name);
    }, 320_000);
    afterAll(() => {
      if ('command' in installed) installed.remove();
    });
    beforeEach(async (context) => {
      if ('reason' in installed) context.skip(installed.reason);
      clock = new ManualClock();
      h = await Harness.start({ clock });
      h.target.contextTokens = 131_072;
      home = new AgentHome();
    });
    afterEach(async () => {
      await home.remove();
      await h.stop();
    });

    const ask = (script: Script, prompt = 'Say hello.'): AgentRun => {
      if ('reason' in installed) throw new Error(installed.reason);
      h.upstream.script = onlyChat(script);
      return agent.run(home, installed.command, prompt);
    };
    /** The proxy's clock goes on while the agent works: holds, heartbeats and retries need it. */
    const finished = async (run: AgentRun): Promise<number | null> => {
      const over = new AbortController();
      const ended = run.ended.finally(() => over.abort());
      for (let i = 0; i < 8000 && !over.signal.aborted; i++) {
        await clock.advance(20);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      if (!over.signal.aborted) throw new Error(`it did not end: ${run.output().slice(-2000)}`);
      return ended;
    };
    const chats = (): number =>
      h.upstream.received.filter((request) => request.path === '/v1/chat/completions').length;

    it('prints a plain answer', async () => {
      const run = ask(answerChat('Hello from the pod'));
      expect([await finished(run), run.output()]).toEqual([0, expect.stringContaining('Hello from the pod')]);
    });

    it('calls a tool and reads its result', async () => {
      const run = ask(withTool(agent), 'Run the tool.');
      expect([await finished(run), run.output()]).toEqual([0, expect.stringContaining('tool result seen')]);
    });

    it('waits nine minutes for a pod to wake, with one wake', async () => {
      h.target.sleep();
      const run = ask(answerChat('Awake at last'));
      await eventually(() => h.target.waiting > 0, 'it waits');
      for (let i = 0; i < 180; i++) {
        await clock.advance(3000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      expect(run.child.exitCode).toBeNull();
      h.target.wakeUp(upstreamAt(h.upstream.url));
      expect([await finished(run), run.output()]).toEqual([0, expect.stringContaining('Awake at last')]);
      expect(h.target.wakes).toBe(1);
    });

    it('shows our words when the pod cannot be had, and does not keep asking', async () => {
      h.target.sleep();
      let refused = 0;
      const run = ask(answerChat('never'));
      const refusing = setInterval(() => {
        if (h.target.waiting === 0) return;
        refused++;
        h.target.failBoot(new AppError('no_gpu_capacity', 'No RTX 4090 is free in your regions.'));
      }, 5);
      await finished(run);
      clearInterval(refusing);
      expect(run.output()).toContain('No RTX 4090 is free in your regions.');
      // OpenCode asks for a title beside.
      expect(refused).toBeLessThanOrEqual(agent.name === 'opencode' ? 3 : 2);
    });

    it('hears of an error inside the stream', async () => {
      const broken: Script = (_request, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const event of chatEvents(['Half an ans', 'wer']).slice(0, 3)) res.write(event);
        setImmediate(() => res.destroy());
      };
      const run = ask(broken);
      await finished(run);
      expect(run.output()).toMatch(/broke off|ended its answer|failed while/);
      expect(chats()).toBeLessThanOrEqual(12);
    });

    it('leaves, and the model server is told', async () => {
      const run = ask((_request, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write(chatEvents(['a'])[0]);
      });
      await h.upstream.until(() => chats() > 0);
      const open = h.upstream.received.length;
      expect(open).toBeGreaterThan(0);
      run.child.kill('SIGINT');
      await h.upstream.until(() => h.upstream.aborted > 0);
      await finished(run);
      await eventually(() => h.target.leasesEnded === h.target.leasesBegun, 'every lease ends');
    });
  });
}
