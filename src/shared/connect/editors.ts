import {
  agent,
  apiBase,
  json,
  maxOutput,
  PROVIDER_ID,
  PROVIDER_NAME,
  TOKEN_MARK,
  type ClientSheet,
  type ConnectFacts,
} from './sheet.ts';

/** Editors and their extensions (CLIENTS 2.5). */
export function editorSheets(facts: ConnectFacts): ClientSheet[] {
  return [
    vsCode(facts),
    cline(facts),
    kilo(facts),
    zed(facts),
    jetBrains(facts),
    zoo(facts),
    xcode(facts),
    continueDev(facts),
    cursor(),
  ];
}

function vsCode(facts: ConnectFacts): ClientSheet {
  const output = maxOutput(facts);
  return {
    ...agent,
    id: 'vscode',
    name: 'VS Code (Copilot Chat)',
    kind: 'editor',
    support: 'guided',
    steps: [
      'Run “Chat: Manage Language Models”, then Add Models → Custom Endpoint.',
      'Paste the local key when asked and choose chat-completions.',
      'Paste the models block below.',
    ],
    snippets: [
      {
        title: 'Models block',
        where: 'chatLanguageModels.json in VS Code’s user folder',
        language: 'json',
        text: json([
          {
            name: PROVIDER_NAME,
            vendor: 'customendpoint',
            apiKey: '${input:runpod-llm-key}',
            apiType: 'chat-completions',
            models: [
              {
                id: facts.model,
                name: `${facts.model} (RunPod)`,
                url: `${apiBase(facts)}/chat/completions`,
                toolCalling: true,
                vision: false,
                thinking: false,
                streaming: true,
                maxInputTokens: facts.contextTokens - output,
                maxOutputTokens: output,
              },
            ],
          },
        ]),
      },
    ],
    notes: [
      'Without "toolCalling": true the model is hidden in agent mode.',
      'Inline completions stay with Copilot. Set chat.utilityModel too, or titles and commit messages go elsewhere.',
      'A newly added model may need “Reload Window”.',
    ],
  };
}

function cline(facts: ConnectFacts): ClientSheet {
  return {
    ...agent,
    id: 'cline',
    name: 'Cline',
    kind: 'editor',
    support: 'guided',
    steps: [
      'Settings → API Provider: OpenAI Compatible.',
      `Base URL ${apiBase(facts)}, the local key, Model ID ${facts.model}.`,
      `Model Configuration: context ${facts.contextTokens}, max output ${maxOutput(facts)}, images off, prices 0.`,
    ],
    snippets: [
      {
        title: 'Command line',
        where: 'terminal',
        language: 'shell',
        text: `cline auth -p openai-compatible -k ${TOKEN_MARK} -m ${facts.model} -b ${apiBase(facts)}`,
      },
    ],
    notes: ['Its defaults (128k context, images on) are wrong for most deployments: set them.'],
  };
}

/** OpenCode and Kilo Code read the same shape. */
export function openCodeConfig(facts: ConnectFacts, schema: boolean): string {
  return json({
    ...(schema ? { $schema: 'https://opencode.ai/config.json' } : {}),
    provider: {
      [PROVIDER_ID]: {
        npm: '@ai-sdk/openai-compatible',
        name: PROVIDER_NAME,
        options: { baseURL: apiBase(facts), apiKey: TOKEN_MARK, chunkTimeout: 900_000 },
        models: {
          [facts.model]: {
            name: `${facts.model} (RunPod)`,
            limit: { context: facts.contextTokens, output: maxOutput(facts) },
          },
        },
      },
    },
    small_model: `${PROVIDER_ID}/${facts.model}`,
  });
}

function kilo(facts: ConnectFacts): ClientSheet {
  return {
    ...agent,
    id: 'kilo',
    name: 'Kilo Code',
    kind: 'editor',
    support: 'file',
    steps: ['Add this provider to your user configuration, then choose its model.'],
    snippets: [
      {
        title: 'Provider',
        where: '~/.config/kilo/kilo.jsonc',
        language: 'jsonc',
        text: openCodeConfig(facts, false),
      },
    ],
    notes: ['"limit" is required in practice: without it 32,000 output tokens are asked for.'],
  };
}

function zed(facts: ConnectFacts): ClientSheet {
  return {
    ...agent,
    id: 'zed',
    name: 'Zed',
    kind: 'editor',
    support: 'file',
    steps: ['Add this to your settings, then paste the local key in the Agent panel’s settings.'],
    snippets: [
      {
        title: 'Provider',
        where: '~/.config/zed/settings.json',
        language: 'jsonc',
        text: json({
          language_models: {
            openai_compatible: {
              [PROVIDER_ID]: {
                api_url: apiBase(facts),
                available_models: [
                  {
                    name: facts.model,
                    display_name: `${facts.model} (RunPod)`,
                    max_tokens: facts.contextTokens,
                    max_output_tokens: maxOutput(facts),
                    capabilities: {
                      tools: true,
                      images: false,
                      parallel_tool_calls: false,
                      prompt_cache_key: false,
                      chat_completions: true,
                    },
                  },
                ],
              },
            },
          },
        }),
      },
    ],
    notes: [
      'Zed does not list models by itself: each has to be named here.',
      'Edit prediction would wake a GPU with every keystroke: leave it with another provider unless one is running anyway.',
    ],
  };
}

function jetBrains(facts: ConnectFacts): ClientSheet {
  return {
    ...agent,
    id: 'jetbrains',
    name: 'JetBrains AI Assistant',
    kind: 'editor',
    support: 'guided',
    steps: [
      'Settings → Tools → AI Assistant → Providers & API keys → OpenAI-compatible.',
      `URL ${apiBase(facts)}, the local key, tick Tool calling, Test Connection.`,
      `Model assignment: core features and instant helpers → ${facts.model}; context window ${facts.contextTokens}.`,
    ],
    snippets: [],
    notes: [
      'From 2026.1; no subscription needed for your own server. Some features stay with JetBrains’ service.',
    ],
  };
}

function zoo(facts: ConnectFacts): ClientSheet {
  return {
    ...agent,
    id: 'zoo',
    name: 'Zoo Code / Roo Code',
    kind: 'editor',
    support: 'guided',
    steps: [
      'API Provider: OpenAI Compatible.',
      `Base URL ${apiBase(facts)}, the local key, model ${facts.model}, context ${facts.contextTokens}.`,
      'Raise roo-cline.apiRequestTimeout to 1200 seconds, so that a start does not time out.',
    ],
    snippets: [],
    notes: ['Roo Code is no longer maintained; Zoo Code is the fork that is.'],
  };
}

function xcode(facts: ConnectFacts): ClientSheet {
  return {
    ...agent,
    id: 'xcode',
    name: 'Xcode 26',
    kind: 'editor',
    support: 'guided',
    steps: [`Intelligence → Add provider → Internet Hosted, URL ${facts.root}, the local key.`],
    snippets: [],
    notes: ['Whether Xcode accepts plain http on this computer was not verified.'],
  };
}

function continueDev(facts: ConnectFacts): ClientSheet {
  return {
    ...agent,
    id: 'continue',
    name: 'Continue',
    kind: 'editor',
    support: 'file',
    maintained: false,
    steps: ['Add the model to your configuration.'],
    snippets: [
      {
        title: 'Model',
        where: '~/.continue/config.yaml',
        language: 'yaml',
        text: [
          'models:',
          `  - name: ${PROVIDER_NAME}`,
          '    provider: openai',
          `    model: ${facts.model}`,
          `    apiBase: ${apiBase(facts)}`,
          `    apiKey: ${TOKEN_MARK}`,
          '    roles: [chat, edit, apply]',
          '    capabilities: [tool_use]',
          `    defaultCompletionOptions: { contextLength: ${facts.contextTokens}, maxTokens: ${maxOutput(facts)} }`,
        ].join('\n'),
      },
    ],
    notes: ['Do not set requestOptions.timeout: one part reads it as seconds, another as milliseconds.'],
  };
}

function cursor(): ClientSheet {
  return {
    ...agent,
    id: 'cursor',
    name: 'Cursor',
    kind: 'editor',
    support: 'impossible',
    steps: [
      'Cursor’s own servers make the call, so an address on this computer cannot work.',
      'Install Cline or Kilo Code inside Cursor, or use OpenCode in its terminal: these talk to this computer.',
    ],
    snippets: [],
    notes: [],
  };
}
