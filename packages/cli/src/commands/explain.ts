import { type ProfilesRead, parseProfiles, readPolicyFiles, readProfiles } from "@ringfence/agent/policy";
import { RingfenceError } from "@ringfence/model";
import { readAgentConfig } from "../agent/read-config.js";
import { EXIT_DENIED } from "../exit-codes.js";
import { buildExplanation } from "../explain/build-explanation.js";
import { type ExplainOptions, explainOptionSpecs, toExplainOptions } from "../explain/explain-options.js";
import { readQuestion } from "../explain/question.js";
import { renderExplanation } from "../explain/render-explanation.js";
import { parseOptions, renderOptions } from "../option-table.js";
import { filesInForce } from "../policy/policy-in-force.js";
import { writeOut } from "../write-out.js";
import type { Command } from "./command.js";

export const explain: Command = {
  async main(args) {
    const parsed = parseOptions(args, explainOptionSpecs, "explain");
    if (parsed.values.has("help")) {
      writeOut(1, helpText());
      return 0;
    }
    const stray = args[parsed.rest];
    if (stray !== undefined) {
      throw new RingfenceError("RF_USAGE", `Cannot use the argument "${stray}"`, {
        hint: "quote the words of a flow: --flow 'tcp 10.0.0.1:443'",
      });
    }
    const options = toExplainOptions(parsed);
    const config = options.isInForce ? readAgentConfig(options.config) : null;
    const question = readQuestion(options.source, config);
    const explanation = buildExplanation(question, await policyOf(options));
    const isJson = parsed.values.has("json");
    writeOut(1, isJson ? `${JSON.stringify(explanation, null, 2)}\n` : renderExplanation(explanation));
    return explanation.enforced.action === "allow" ? 0 : EXIT_DENIED;
  },
};

async function policyOf(options: ExplainOptions): Promise<ProfilesRead> {
  if (!options.isInForce) return readProfiles(options);
  const inForce = await filesInForce(options.config);
  if (inForce.length === 0 && options.config === undefined) {
    throw new RingfenceError("RF_USAGE", "No policy is given, and no agent has one in force", {
      hint: "add --policy FILE, or --allow, --deny and the others as for run; or name the agent with --config",
    });
  }
  return parseProfiles(readPolicyFiles(options.policyFiles), options, inForce);
}

function helpText(): string {
  return `Usage: ringfence explain [OPTIONS]

Says what a policy decides about one flow, by which rule, and what ruled out each other rule.
Judges nothing in the kernel, and needs no root but to ask an agent.

${renderOptions(explainOptionSpecs)}

A flow is what is known of the process, and where it goes:
  exe=PATH [trusted=no]  comm=NAME  uid=N  gid=N  cgroup=PATH  container=yes|no
  name=NAME  image=IMAGE  id=ID  label=KEY=VALUE, beside container=yes
  ancestor=PATH [trusted=no], repeated; unknown for a path, and ancestor=none
  tcp|udp|sctp ADDRESS:PORT, icmp|other ADDRESS   where it goes
  tcp|udp|sctp ADDRESS:PORT as NAME[,NAME]        the same, with the live names of the address
  query NAME                                      the name that a resolver is asked for
  ingress tcp|udp|sctp ADDRESS -> :PORT           where it comes from, and the local port
  listen tcp|udp :PORT                            the port that is bound or listened on

Exit status: 0 allowed; 3 denied; 125 ringfence failed.
`;
}
