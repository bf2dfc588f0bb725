import type { ChatMessage, ChatRequest } from './activity.ts';

/** A playground request as `POST /v1/chat/completions` takes it; what was not set is left to the server. */
export function chatBody(request: ChatRequest): Record<string, unknown> {
  const { model, messages, params, tools = [], toolChoice, responseFormat } = request;
  return {
    model,
    messages: messages.map(messageBody),
    ...without({
      temperature: params.temperature,
      top_p: params.topP,
      max_tokens: params.maxTokens,
      seed: params.seed,
      stop: params.stop,
      tools: tools.length === 0 ? undefined : tools,
      // Servers refuse a choice among no tools.
      tool_choice: tools.length === 0 ? undefined : choiceBody(toolChoice),
      response_format: formatBody(responseFormat),
    }),
    stream: true,
  };
}

function messageBody(message: ChatMessage): object {
  if (message.role === 'tool') {
    return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
  }
  if (message.role === 'user' && message.images !== undefined) {
    const text = message.content === '' ? [] : [{ type: 'text', text: message.content }];
    const images = message.images.map((url) => ({ type: 'image_url', image_url: { url } }));
    return { role: 'user', content: [...text, ...images] };
  }
  if (message.role !== 'assistant' || message.toolCalls === undefined) {
    return { role: message.role, content: message.content };
  }
  return {
    role: 'assistant',
    content: message.content === '' ? null : message.content,
    tool_calls: message.toolCalls.map(({ id, name, arguments: text }) => ({
      id,
      type: 'function',
      function: { name, arguments: text },
    })),
  };
}

function choiceBody(choice: ChatRequest['toolChoice']): unknown {
  return typeof choice === 'object' ? { type: 'function', function: { name: choice.name } } : choice;
}

function formatBody(format: ChatRequest['responseFormat']): unknown {
  if (format?.type !== 'json_schema') return format;
  const { name, schema } = format;
  return { type: 'json_schema', json_schema: { name, schema, strict: true } };
}

function without(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
