import { ALLOWED_UID, ALLOWED_V4, ALLOWED_V6 } from "@ringfence/probe";

/** Denies what trials try to reach; what they may reach, and as whom, is there to be misused. JSON is YAML too. */
export const selftestPolicy = JSON.stringify({
  apiVersion: "ringfence.dev/v1alpha1",
  kind: "SecurityProfile",
  metadata: { name: "selftest" },
  spec: {
    mode: "enforce",
    egress: {
      default: "deny",
      rules: [
        { name: "allowed-peer", allow: { to: [ALLOWED_V4, ALLOWED_V6] } },
        { name: "allowed-user", allow: { process: { uid: ALLOWED_UID }, to: ["198.51.100.0/24"] } },
      ],
    },
  },
});
