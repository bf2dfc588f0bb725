import { openCodeConfig } from './editors.ts';
import {
  agent,
  apiBase,
  chat,
  json,
  maxOutput,
  PROVIDER_ID,
  PROVIDER_NAME,
  TOKEN_MARK,
  type ClientSheet,
  type ConnectFacts,
} from './sheet.ts';

/** Agents and tools in a terminal (CLIENTS 2.5). */
export function terminalSheets(facts: ConnectFacts): ClientSheet[] {
  return [claudeCode(facts), codex(facts), openCode(facts), copilotCli(facts), aider(facts), llm(facts)];
}

const env = (values: Readonly<Record<string, string>>, command: string): string =>
  [...Object.entries(values).map(([name, value]) => `${name}=${value}`), command].join(' \\\n');

function claudeCode(facts: ConnectFacts): ClientSheet {
  const models = {
    ANTHROPIC_DEFAULT_OPUS_MODEL: facts.model,
    ANTHROPIC_DEFAULT_SONNET_MODEL: facts.model,
    ANTHROPIC_DEFAULT_HAIKU_MODEL: facts.model,
    CLAUDE_CODE_SUBAGENT_MODEL: facts.model,
  };
  return {
    ...agent,
    id: 'claude-code',
    name: 'Claude Code',
    kind: 'terminal',
    support: 'launch',
    protocol: 'messages',
    minContextTokens: 65_536,
    testedWith: '2.1.197',
    steps: ['Start it with these variables; your own Claude settings are not touched.'],
    snippets: [
      {
        title: 'Start',
        where: 'terminal',
        language: 'shell',
        text: env(
          {
            ANTHROPIC_BASE_URL: facts.root,
            ANTHROPIC_AUTH_TOKEN: TOKEN_MARK,
            ANTHROPIC_API_KEY: '',
            ...models,
            CLAUDE_CODE_ATTRIBUTION_HEADER: '0',
            CLAUDE_CODE_AUTO_COMPACT_WINDOW: String(facts.contextTokens),
            API_TIMEOUT_MS: '900000',
          },
          'claude',
        ),
      },
    ],
    notes: [
      'The base URL is without /v1.',
      'CLAUDE_CODE_ATTRIBUTION_HEADER=0 keeps the server’s prefix cache useful.',
      'While a GPU starts, pings keep the connection; versions before 2.1.222 may still warn.',
    ],
  };
}

function codex(facts: ConnectFacts): ClientSheet {
  return {
    ...agent,
    id: 'codex',
    name: 'Codex CLI',
    kind: 'terminal',
    support: 'file',
    protocol: 'responses',
    testedWith: '0.169.0',
    steps: ['Save this as a profile of its own.', `Run: codex --profile ${PROVIDER_ID}`],
    snippets: [
      {
        title: 'Profile',
        where: `~/.codex/${PROVIDER_ID}.config.toml`,
        language: 'toml',
        text: [
          `model = "${facts.model}"`,
          `model_provider = "${PROVIDER_ID}"`,
          `model_context_window = ${facts.contextTokens}`,
          '',
          `[model_providers.${PROVIDER_ID}]`,
          `name = "${PROVIDER_NAME}"`,
          `base_url = "${apiBase(facts)}"`,
          'wire_api = "responses"',
          `experimental_bearer_token = "${TOKEN_MARK}"`,
          'stream_idle_timeout_ms = 900000',
          'request_max_retries = 1',
          'stream_max_retries = 1',
        ].join('\n'),
      },
    ],
    notes: ['It warns “Model metadata not found” for unknown models; that is harmless.'],
  };
}

function openCode(facts: ConnectFacts): ClientSheet {
  return {
    ...agent,
    id: 'opencode',
    name: 'OpenCode',
    kind: 'terminal',
    support: 'file',
    testedWith: '1.18.33',
    steps: [
      'Add this provider to your user configuration.',
      `Run: opencode -m ${PROVIDER_ID}/${facts.model}`,
    ],
    snippets: [
      {
        title: 'Provider',
        where: '~/.config/opencode/opencode.json',
        language: 'json',
        text: openCodeConfig(facts, true),
      },
    ],
    notes: [
      'Do not set "timeout": it is a total cap and would end a start.',
      'Never put this into a project’s opencode.json: the key would end in git.',
    ],
  };
}

function copilotCli(facts: ConnectFacts): ClientSheet {
  return {
    ...agent,
    id: 'copilot-cli',
    name: 'GitHub Copilot CLI',
    kind: 'terminal',
    support: 'launch',
    steps: ['Start it with these variables.'],
    snippets: [
      {
        title: 'Start',
        where: 'terminal',
        language: 'shell',
        text: env(
          {
            COPILOT_PROVIDER_BASE_URL: apiBase(facts),
            COPILOT_PROVIDER_API_KEY: TOKEN_MARK,
            COPILOT_MODEL: facts.model,
          },
          'copilot',
        ),
      },
    ],
    notes: ['COPILOT_PROVIDER_WIRE_API=responses switches to the Responses API.'],
  };
}

function aider(facts: ConnectFacts): ClientSheet {
  return {
    ...chat,
    id: 'aider',
    name: 'Aider',
    kind: 'terminal',
    support: 'launch',
    steps: ['Start it with these variables.'],
    snippets: [
      {
        title: 'Start',
        where: 'terminal',
        language: 'shell',
        text: env(
          { OPENAI_API_BASE: apiBase(facts), OPENAI_API_KEY: TOKEN_MARK },
          `aider --model openai/${facts.model} --timeout 900`,
        ),
      },
      {
        title: 'Context window',
        where: '~/.aider.model.metadata.json',
        language: 'json',
        text: json({
          [`openai/${facts.model}`]: {
            max_input_tokens: facts.contextTokens,
            max_output_tokens: maxOutput(facts),
            input_cost_per_token: 0,
            output_cost_per_token: 0,
            litellm_provider: 'openai',
            mode: 'chat',
          },
        }),
      },
    ],
    notes: [],
  };
}

function llm(facts: ConnectFacts): ClientSheet {
  return {
    ...chat,
    id: 'llm',
    name: 'llm',
    kind: 'terminal',
    support: 'launch',
    steps: ['Once, without a file:'],
    snippets: [
      {
        title: 'One question',
        where: 'terminal',
        language: 'shell',
        text: `llm openai endpoint ${apiBase(facts)} -m ${facts.model} --key ${TOKEN_MARK} "hello"`,
      },
      {
        title: 'For good',
        where: 'extra-openai-models.yaml beside llm’s logs',
        language: 'yaml',
        text: [
          `- model_id: ${PROVIDER_ID}-${facts.model}`,
          `  model_name: ${facts.model}`,
          `  api_base: ${apiBase(facts)}`,
          `  api_key_name: ${PROVIDER_ID}`,
          '  supports_tools: true',
          '  supports_schema: true',
        ].join('\n'),
      },
    ],
    notes: [`For the file, store the key once: llm keys set ${PROVIDER_ID}`],
  };
}
