// Prints, as JSON, what the official parser finds wrong (errors and warnings) with a document on input.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

const { document, diagnostics } = await new Parser().parse(readFileSync(0, 'utf8'));
const wrong = diagnostics.filter((one) => one.severity <= 1);
console.log(JSON.stringify({ parsed: document !== undefined, wrong }));
