/** Policies under which the names of the benchmark are asked for, by the address of the resolver. */
export const policies = {
  allowing: (resolver: string) => profile(`allow: { to: [${resolver}, "2001:db8::53"], ports: [53] }`),
} as const;

function profile(rule: string): string {
  return `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: names }
spec:
  mode: enforce
  egress:
    default: deny
    rules:
      - ${rule}
  ingress: { default: allow }
  listen: 0-65535
`;
}
