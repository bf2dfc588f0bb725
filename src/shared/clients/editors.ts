import {
  answerTokens,
  json,
  PROVIDER,
  PROVIDER_NAME,
  quoted,
  shellWord,
  type ClientSheet,
  type ConnectFacts,
} from './sheet.ts';

/** The same three values wherever a settings window asks for them. */
function fields(
  steps: string,
  facts: ConnectFacts,
  more: readonly string[] = [],
): ReturnType<ClientSheet['snippets']> {
  return [
    {
      language: 'text',
      place: steps,
      text: [
        `Base URL   ${facts.baseUrl}`,
        `API key    ${facts.key}`,
        `Model      ${facts.model}`,
        ...more,
      ].join('\n'),
    },
  ];
}

/** Editors and their extensions. */
export const editorClients: readonly ClientSheet[] = [
  {
    id: 'vscode',
    name: 'VS Code (GitHub Copilot Chat)',
    way: 'fields',
    minContextTokens: 32_768,
    snippets: (facts) => [
      {
        language: 'json',
        place: 'Chat: Manage Language Models → Add Models → Custom Endpoint (chatLanguageModels.json)',
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
                url: `${facts.baseUrl}/chat/completions`,
                toolCalling: true,
                vision: false,
                thinking: false,
                streaming: true,
                maxInputTokens: facts.contextTokens - answerTokens(facts),
                maxOutputTokens: answerTokens(facts),
              },
            ],
          },
        ]),
      },
    ],
    notes: [
      'VS Code asks for the key and keeps it in its own secret storage; paste the local key there.',
      'Without toolCalling the model is hidden in agent mode.',
      'Set chat.utilityModel too, or titles and commit messages go elsewhere.',
    ],
  },
  {
    id: 'cline',
    name: 'Cline',
    way: 'fields',
    minContextTokens: 32_768,
    snippets: (facts) => [
      ...fields('Settings → API Provider: OpenAI Compatible', facts, [
        `Context    ${facts.contextTokens}`,
        `Max output ${answerTokens(facts)}`,
        'Images     off',
      ]),
      {
        language: 'sh',
        place: 'Cline in the terminal',
        text: [
          `cline auth -p openai-compatible -k "${facts.shellKey}" -m ${shellWord(facts.model)} -b ${facts.baseUrl}`,
          'cline -P openai-compatible',
        ].join('\n'),
      },
    ],
    notes: ['Its defaults (128k context, images on) do not fit: set the values above.'],
  },
  {
    id: 'zoo-code',
    name: 'Zoo Code, Roo Code',
    way: 'fields',
    minContextTokens: 32_768,
    snippets: (facts) =>
      fields('Settings → API Provider: OpenAI Compatible', facts, [
        `Context    ${facts.contextTokens}`,
        `Max output ${answerTokens(facts)}`,
        'Tick       Include max output tokens',
        'roo-cline.apiRequestTimeout  1200',
      ]),
    notes: ['Roo Code is no longer maintained; Zoo Code is the fork.'],
  },
  {
    id: 'zed',
    name: 'Zed',
    way: 'file',
    minContextTokens: 32_768,
    snippets: (facts) => [
      {
        language: 'json',
        place: '~/.config/zed/settings.json',
        text: json({
          language_models: {
            openai_compatible: {
              [PROVIDER]: {
                api_url: facts.baseUrl,
                available_models: [
                  {
                    name: facts.model,
                    display_name: `${facts.model} (RunPod)`,
                    max_tokens: facts.contextTokens,
                    max_output_tokens: answerTokens(facts),
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
    notes: ['Enter the key in the agent settings, or start Zed with RUNPOD_LLM_API_KEY.'],
  },
  {
    id: 'jetbrains',
    name: 'JetBrains AI Assistant (2026.1 or newer)',
    way: 'fields',
    minContextTokens: 32_768,
    snippets: (facts) =>
      fields('Settings → Tools → AI Assistant → Providers & API keys → OpenAI-compatible', facts, [
        'Tick       Tool calling',
        `Context    ${facts.contextTokens}`,
      ]),
    notes: [
      'Then choose the model under Model assignment, for core features and instant helpers.',
      'Own servers need no JetBrains AI subscription.',
    ],
  },
  {
    id: 'xcode',
    name: 'Xcode 26',
    way: 'fields',
    minContextTokens: 32_768,
    snippets: (facts) => fields('Settings → Intelligence → Add a Model Provider → Internet Hosted', facts),
    notes: [
      'The form for locally hosted models asks for no key, so it cannot be used.',
      'Whether Xcode takes an http address of this computer here is not proven yet.',
    ],
  },
  {
    id: 'continue',
    name: 'Continue',
    way: 'file',
    minContextTokens: 8192,
    snippets: (facts) => [
      {
        language: 'yaml',
        place: '~/.continue/config.yaml',
        text: [
          'models:',
          `  - name: ${PROVIDER_NAME}`,
          '    provider: openai',
          `    model: ${quoted(facts.model)}`,
          `    apiBase: ${facts.baseUrl}`,
          `    apiKey: ${quoted(facts.key)}`,
          '    roles: [chat, edit, apply]',
          '    capabilities: [tool_use]',
          `    defaultCompletionOptions: { contextLength: ${facts.contextTokens}, maxTokens: ${answerTokens(facts)} }`,
        ].join('\n'),
      },
    ],
    notes: ['Continue is no longer maintained.'],
  },
  {
    id: 'cursor',
    name: 'Cursor',
    way: 'impossible',
    minContextTokens: 0,
    snippets: () => [],
    notes: [
      'Cursor’s servers make the call, so an address of this computer cannot work.',
      'What works: Cline, Kilo Code or a terminal agent such as OpenCode inside Cursor.',
      'A serverless endpoint can be reached past this app, at https://api.runpod.ai/v2/<endpoint>/openai/v1 with a RunPod key for that endpoint alone; budgets and idle rules here do not see it.',
    ],
  },
];
