import { generateClient } from './codegen.ts';

await generateClient();
