{{- define "tutti.labels" -}}
{{ include "tutti.selectorLabels" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "tutti.selectorLabels" -}}
app.kubernetes.io/name: tutti
{{- end }}

{{- /* Of Services: Tutti labels the Pod that serves. */}}
{{- define "tutti.leaderLabels" -}}
{{ include "tutti.selectorLabels" . }}
tutti.dev/leader: "true"
{{- end }}

{{- /* The Lease that decides which Pod serves: the kube-scheduler's beside Tutti, or Tutti's own. */}}
{{- define "tutti.lease" -}}
{{ ternary "tutti-scheduler" "tutti" .Values.scheduler.enabled }}
{{- end }}

{{- define "tutti.bindTimeout" -}}
{{ dig "extender" "bindTimeout" "30s" .Values.configuration }}
{{- end }}

{{- /* TuttiConfiguration: what the values say, under what the chart decides. */}}
{{- define "tutti.configuration" -}}
{{- $v := .Values }}
{{- $extender := dict "listen" (printf "127.0.0.1:%v" $v.extender.port) "bindTimeout" (include "tutti.bindTimeout" .) }}
{{- $election := dict "mode" "follow" }}
{{- $default := dict "gang" (dict "schedulerNames" (list $v.scheduler.name)) }}
{{- if not $v.scheduler.enabled }}
{{- $_ := required "extender.tls.secretName is needed with scheduler.enabled: false: a Secret with tls.crt, tls.key and ca.crt, so that nobody but the cluster's kube-scheduler may bind pods through Tutti" $v.extender.tls.secretName }}
{{- $tls := dict "certFile" "/etc/tutti/extender/tls.crt" "keyFile" "/etc/tutti/extender/tls.key" "clientCAFile" "/etc/tutti/extender/ca.crt" }}
{{- $extender = merge (dict "listen" (printf "%s:%v" $v.listenAddress $v.extender.port) "tls" $tls) $extender }}
{{- $election = dict "mode" "own" }}
{{- $default = dict }}
{{- else if eq $v.scheduler.name "default-scheduler" }}
{{- fail "scheduler.name: default-scheduler is the cluster's own kube-scheduler, and two would schedule the same pods: choose another name, such as tutti" }}
{{- end }}
{{- $election = merge $election (dict "leaseName" (include "tutti.lease" .) "leaseNamespace" .Release.Namespace "labelPod" true) }}
{{- $own := dict "apiVersion" "tutti.dev/v1alpha1" "kind" "TuttiConfiguration" "extender" $extender "leaderElection" $election }}
{{- $_ := set $own "metrics" (dict "listen" (printf "%s:%v" $v.listenAddress $v.metrics.port)) }}
{{- if $v.controlApi.enabled }}
{{- $api := $v.controlApi }}
{{- if and $api.networkPolicy.enabled (not $api.networkPolicy.apiServers) }}
{{- fail "controlApi.networkPolicy.apiServers is needed: the CIDRs from which the API servers reach Pods, so that nobody else may ask. Or set controlApi.networkPolicy.enabled: false, and every Pod of the cluster may" }}
{{- end }}
{{- $_ := set $own "controlGateway" (dict "listen" (printf "%s:%v" $v.listenAddress $api.port) "allowInsecure" true) }}
{{- if $api.tls.secretName }}
{{- $tls := dict "certFile" "/etc/tutti/control/tls.crt" "keyFile" "/etc/tutti/control/tls.key" "clientCAFile" "/etc/tutti/control/ca.crt" }}
{{- $_ := set $own "control" (dict "enabled" true "listen" (printf "%s:%v" $v.listenAddress $api.grpcPort) "tls" $tls) }}
{{- end }}
{{- end }}
{{- if $v.webhook.enabled }}
{{- $register := dict "name" "tutti" "serviceName" "tutti-webhook" "validatingServiceName" "tutti-webhook-replicas" "serviceNamespace" .Release.Namespace "servicePort" 443 }}
{{- $certificate := dict "secretName" "tutti-webhook-tls" "secretNamespace" .Release.Namespace }}
{{- if $v.webhook.tls.secretName }}
{{- $_ := set $register "caFile" "/etc/tutti/webhook/ca.crt" }}
{{- $certificate = dict "certFile" "/etc/tutti/webhook/tls.crt" "keyFile" "/etc/tutti/webhook/tls.key" }}
{{- end }}
{{- $_ := set $own "webhook" (merge (dict "enabled" true "listen" (printf "%s:%v" $v.listenAddress $v.webhook.port) "register" $register) $certificate) }}
{{- else if dig "webhook" "markPods" false $v.configuration }}
{{- fail "configuration.webhook.markPods: pods are marked by the webhook, which is off: set webhook.enabled: true" }}
{{- end }}
{{- mergeOverwrite $default (deepCopy $v.configuration) $own | toYaml }}
{{- end }}

{{- /* KubeSchedulerConfiguration: the one that we ship, with a profile and a Lease of its own. */}}
{{- define "tutti.schedulerConfiguration" -}}
{{- $config := .Files.Get "files/kube-scheduler.yaml" | fromYaml }}
{{- $extender := index $config.extenders 0 }}
{{- $_ := set $extender "urlPrefix" (printf "http://127.0.0.1:%v" .Values.extender.port) }}
{{- $_ := set $extender "httpTimeout" (include "tutti.bindTimeout" .) }}
{{- if dig "webhook" "markPods" false .Values.configuration }}
{{- $_ := set $extender "managedResources" (list (dict "name" "tutti.dev/gang-member" "ignoredByScheduler" true)) }}
{{- end }}
{{- $_ := set $config "profiles" (list (dict "schedulerName" .Values.scheduler.name)) }}
{{- $_ := set $config "leaderElection" (dict "leaderElect" true "resourceName" (include "tutti.lease" .) "resourceNamespace" .Release.Namespace) }}
{{- toYaml $config }}
{{- end }}
