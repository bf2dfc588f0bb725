import {
  answerTokens,
  json,
  origin,
  PROVIDER,
  PROVIDER_NAME,
  quoted,
  shellWord,
  withEnv,
  type ClientSheet,
  type ConnectFacts,
} from './sheet.ts';

/** OpenCode and its descendant Kilo share the shape of their files, but for the schema, which they put in if it lacks. */
function openCodeConfig(schema: string, facts: ConnectFacts): string {
  return json({
    $schema: schema,
    provider: {
      [PROVIDER]: {
        npm: '@ai-sdk/openai-compatible',
        name: PROVIDER_NAME,
        // A total time limit would end a cold start; silence between chunks is what means trouble.
        options: { baseURL: facts.baseUrl, apiKey: facts.key, chunkTimeout: 900_000 },
        models: {
          [facts.model]: {
            name: `${facts.model} (RunPod)`,
            limit: { context: facts.contextTokens, output: answerTokens(facts) },
          },
        },
      },
    },
    small_model: `${PROVIDER}/${facts.model}`,
  });
}

/** What points Claude Code at the endpoint, but for the key. */
function claudeEnv(facts: ConnectFacts) {
  return {
    ANTHROPIC_BASE_URL: origin(facts),
    ANTHROPIC_DEFAULT_OPUS_MODEL: facts.model,
    ANTHROPIC_DEFAULT_SONNET_MODEL: facts.model,
    ANTHROPIC_DEFAULT_HAIKU_MODEL: facts.model,
    CLAUDE_CODE_SUBAGENT_MODEL: facts.model,
    CLAUDE_CODE_ATTRIBUTION_HEADER: '0',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    // It takes a model it does not know for one of 200k tokens (no window below 100k counts) and of answers of 32k.
    CLAUDE_CODE_AUTO_COMPACT_WINDOW: String(facts.contextTokens),
    CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(answerTokens(facts)),
    API_TIMEOUT_MS: '900000',
  };
}

/** Coding agents and tools of the terminal. */
export const terminalClients: readonly ClientSheet[] = [
  {
    id: 'claude-code',
    name: 'Claude Code',
    way: 'launch',
    minContextTokens: 65_536,
    snippets: (facts) => {
      const { ANTHROPIC_BASE_URL, ...others } = claudeEnv(facts);
      return [
        {
          language: 'sh',
          place: null,
          text: withEnv(
            [
              ['ANTHROPIC_BASE_URL', ANTHROPIC_BASE_URL],
              ['ANTHROPIC_AUTH_TOKEN', `"${facts.shellKey}"`],
              ['ANTHROPIC_API_KEY', ''],
              ...Object.entries(others).map(([name, value]): [string, string] => [name, shellWord(value)]),
            ],
            'claude',
          ),
        },
        {
          language: 'json',
          place: `~/.${PROVIDER}/claude-code.json, then: claude --settings ~/.${PROVIDER}/claude-code.json`,
          text: json({
            env: { ...claudeEnv(facts), ANTHROPIC_AUTH_TOKEN: facts.key, ANTHROPIC_API_KEY: '' },
          }),
        },
      ];
    },
    notes: [
      'Your paid Claude sessions are not touched: only this start uses the model.',
      'Tool calls need a model with a tool parser.',
    ],
  },
  {
    id: 'codex',
    name: 'Codex CLI',
    way: 'file',
    minContextTokens: 32_768,
    snippets: (facts) => [
      {
        language: 'toml',
        place: `~/.codex/${PROVIDER}.config.toml`,
        text: [
          `model = ${quoted(facts.model)}`,
          `model_provider = "${PROVIDER}"`,
          `model_context_window = ${facts.contextTokens}`,
          '',
          `[model_providers.${PROVIDER}]`,
          `name = ${quoted(PROVIDER_NAME)}`,
          `base_url = ${quoted(facts.baseUrl)}`,
          'wire_api = "responses"',
          'env_key = "RUNPOD_LLM_KEY"',
          'stream_idle_timeout_ms = 900000',
          'request_max_retries = 1',
          'stream_max_retries = 1',
        ].join('\n'),
      },
      {
        language: 'sh',
        place: null,
        text: `RUNPOD_LLM_KEY="${facts.shellKey}" codex --profile ${PROVIDER}`,
      },
    ],
    notes: ['Codex warns that it has no metadata of the model; that is harmless.'],
  },
  {
    id: 'opencode',
    name: 'OpenCode',
    way: 'file',
    minContextTokens: 32_768,
    snippets: (facts) => [
      {
        language: 'json',
        place: '~/.config/opencode/opencode.json',
        text: openCodeConfig('https://opencode.ai/config.json', facts),
      },
      { language: 'sh', place: null, text: `opencode -m ${shellWord(`${PROVIDER}/${facts.model}`)}` },
    ],
    notes: ['Keep the key out of a project’s opencode.json: that file ends in git.'],
  },
  {
    id: 'kilo',
    name: 'Kilo Code',
    way: 'file',
    minContextTokens: 32_768,
    snippets: (facts) => [
      {
        language: 'json',
        place: '~/.config/kilo/kilo.jsonc',
        text: openCodeConfig('https://app.kilo.ai/config.json', facts),
      },
      { language: 'sh', place: null, text: `kilo -m ${shellWord(`${PROVIDER}/${facts.model}`)}` },
    ],
    notes: [],
  },
  {
    id: 'copilot-cli',
    name: 'GitHub Copilot CLI',
    way: 'launch',
    minContextTokens: 32_768,
    snippets: (facts) => [
      {
        language: 'sh',
        place: null,
        text: withEnv(
          [
            ['COPILOT_PROVIDER_BASE_URL', facts.baseUrl],
            ['COPILOT_PROVIDER_API_KEY', `"${facts.shellKey}"`],
            ['COPILOT_MODEL', shellWord(facts.model)],
          ],
          'copilot',
        ),
      },
    ],
    notes: [],
  },
  {
    id: 'aider',
    name: 'Aider',
    way: 'launch',
    minContextTokens: 8192,
    snippets: (facts) => [
      {
        language: 'sh',
        place: null,
        text: withEnv(
          [
            ['OPENAI_API_BASE', facts.baseUrl],
            ['OPENAI_API_KEY', `"${facts.shellKey}"`],
          ],
          `aider --model ${shellWord(`openai/${facts.model}`)} --timeout 900`,
        ),
      },
      {
        language: 'json',
        place: '~/.aider.model.metadata.json (ends the warning about an unknown context window)',
        text: json({
          [`openai/${facts.model}`]: {
            max_input_tokens: facts.contextTokens,
            max_output_tokens: answerTokens(facts),
            input_cost_per_token: 0,
            output_cost_per_token: 0,
            litellm_provider: 'openai',
            mode: 'chat',
          },
        }),
      },
    ],
    notes: [],
  },
  {
    id: 'llm',
    name: 'llm',
    way: 'file',
    minContextTokens: 0,
    snippets: (facts) => [
      {
        language: 'yaml',
        place: 'extra-openai-models.yaml in the folder that `dirname "$(llm logs path)"` prints',
        text: [
          `- model_id: ${quoted(`${PROVIDER}-${facts.model}`)}`,
          `  model_name: ${quoted(facts.model)}`,
          `  api_base: ${facts.baseUrl}`,
          `  api_key_name: ${PROVIDER}`,
          '  supports_tools: true',
          '  supports_schema: true',
        ].join('\n'),
      },
      { language: 'sh', place: null, text: `llm keys set ${PROVIDER} --value "${facts.shellKey}"` },
      { language: 'sh', place: null, text: `llm -m ${shellWord(`${PROVIDER}-${facts.model}`)} 'Say hello'` },
    ],
    notes: [],
  },
];
