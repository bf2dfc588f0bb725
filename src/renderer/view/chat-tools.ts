import { z } from 'zod';
import { chatToolSchema, type ChatRequest, type ChatTool } from '../../shared/activity.ts';

/** What is asked for besides the text, as it is written in the tools dialog. */
export interface ToolDraft {
  /** JSON of a list of tools; blank = none. */
  readonly tools: string;
  /** auto, none, required, or the name of a tool. */
  readonly choice: string;
  readonly format: 'text' | 'json' | 'schema';
  /** JSON Schema the answer must follow, where `format` is schema. */
  readonly schema: string;
}

export const EMPTY_TOOLS: ToolDraft = { tools: '', choice: 'auto', format: 'text', schema: '' };

type Read<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      /** The parser's or the schema's words. */ readonly why: string;
    };

const toolsSchema = z.array(chatToolSchema).max(128);

export function readTools(text: string): Read<readonly ChatTool[]> {
  if (text.trim() === '') return { ok: true, value: [] };
  const json = readJson(text);
  if (!json.ok) return json;
  const parsed = toolsSchema.safeParse(json.value);
  if (!parsed.success) return { ok: false, why: issueText(parsed.error) };
  const names = parsed.data.map((tool) => tool.function.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? { ok: true, value: parsed.data } : { ok: false, why: `"${twice}" ×2` };
}

export function readSchema(text: string): Read<Record<string, unknown>> {
  const json = readJson(text);
  if (!json.ok) return json;
  const parsed = z.record(z.string(), z.unknown()).safeParse(json.value);
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, why: issueText(parsed.error) };
}

type Extras = Pick<ChatRequest, 'tools' | 'toolChoice' | 'responseFormat'>;

/** What goes with a request; null = something in the draft cannot be sent. */
export function toolRequest(draft: ToolDraft): Extras | null {
  const tools = readTools(draft.tools);
  const format = formatOf(draft);
  if (!tools.ok || format === null) return null;
  return {
    ...(tools.value.length === 0
      ? {}
      : { tools: [...tools.value], toolChoice: choiceOf(draft, tools.value) }),
    ...format,
  };
}

/** How many tools the model is offered. */
export function toolCount(draft: ToolDraft): number {
  const tools = readTools(draft.tools);
  return tools.ok ? tools.value.length : 0;
}

function choiceOf({ choice }: ToolDraft, tools: readonly ChatTool[]): NonNullable<Extras['toolChoice']> {
  if (choice === 'none' || choice === 'required') return choice;
  // A name that was chosen and then taken out of the list forces nothing.
  return tools.some((tool) => tool.function.name === choice) ? { name: choice } : 'auto';
}

function formatOf({ format, schema }: ToolDraft): Pick<Extras, 'responseFormat'> | null {
  if (format === 'text') return {};
  if (format === 'json') return { responseFormat: { type: 'json_object' } };
  const read = readSchema(schema);
  return read.ok ? { responseFormat: { type: 'json_schema', name: 'answer', schema: read.value } } : null;
}

function readJson(text: string): Read<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

function issueText(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return error.message;
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}

/** JSON as it is read more easily; anything else as it is. */
export function prettyJson(text: string): string {
  const json = readJson(text);
  return json.ok ? JSON.stringify(json.value, null, 2) : text;
}

/** An answer that is JSON as a whole, as a block of code; any other as it is. */
export function jsonAsCode(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  const json = readJson(text);
  return json.ok ? `\`\`\`json\n${JSON.stringify(json.value, null, 2)}\n\`\`\`` : text;
}

const parameters = (properties: Record<string, unknown>, required: readonly string[]): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

/** Ready to be tried; both are asked for by their words. */
export const TOOL_EXAMPLES = {
  weather: [
    {
      type: 'function',
      function: {
        name: 'get_weather',
        description: 'The weather in a city now.',
        parameters: parameters(
          {
            city: { type: 'string', description: 'Name of the city.' },
            unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
          },
          ['city'],
        ),
      },
    },
  ],
  files: [
    {
      type: 'function',
      function: {
        name: 'list_files',
        description: 'Names of the files in a folder.',
        parameters: parameters({ folder: { type: 'string' } }, ['folder']),
      },
    },
    {
      type: 'function',
      function: {
        name: 'read_file',
        description: 'The text of a file.',
        parameters: parameters({ path: { type: 'string' }, lines: { type: 'integer' } }, ['path']),
      },
    },
  ],
} as const;

export const SCHEMA_EXAMPLE = {
  type: 'object',
  properties: { title: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
  required: ['title', 'tags'],
  additionalProperties: false,
} as const;
