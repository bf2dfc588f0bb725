import { z } from 'zod';
import { fileSchema } from './config-file.ts';

/** The text of resources/config.schema.json, from which editors complete and check `llm_config.json`. */
export function generateConfigSchema(): string {
  const schema = z.toJSONSchema(fileSchema(), {
    io: 'input',
    unrepresentable: 'any',
    // No format of JSON Schema; the pattern beside it says the same.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'starts_with') delete jsonSchema.format;
    },
  });
  const titled = { ...schema, title: 'RunPod LLM Manager configuration (llm_config.json)' };
  return `${JSON.stringify(titled, null, 2)}\n`;
}
