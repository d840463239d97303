package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

// Each object of the manifests is what Kubernetes' own types read, field by field. It stands here because these types are many, and no
// part of what is shipped.
func TestManifests(t *testing.T) {
	t.Parallel()
	kinds := map[string]func() any{
		"v1/ServiceAccount": func() any { return &corev1.ServiceAccount{} }, "v1/ConfigMap": func() any { return &corev1.ConfigMap{} },
		"v1/Service": func() any { return &corev1.Service{} }, "apps/v1/Deployment": func() any { return &appsv1.Deployment{} },
		"batch/v1/Job": func() any { return &batchv1.Job{} }, "policy/v1/PodDisruptionBudget": func() any { return &policyv1.PodDisruptionBudget{} },
		"networking.k8s.io/v1/NetworkPolicy": func() any { return &networkingv1.NetworkPolicy{} },
	}
	files, err := filepath.Glob("../docs/deploy/kubernetes/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	seen := map[string]any{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, document := range bytes.Split(text, []byte("\n---\n")) {
			var head struct{ APIVersion, Kind string }
			require.NoError(t, yaml.Unmarshal(document, &head), file)
			name := head.APIVersion + "/" + head.Kind
			require.Contains(t, kinds, name, file)
			object := kinds[name]()
			require.NoError(t, yaml.UnmarshalStrict(document, object), "%s: %s", file, name)
			seen[head.Kind] = object
		}
	}
	deployment, job := seen["Deployment"].(*appsv1.Deployment), seen["Job"].(*batchv1.Job)
	assert.Equal(t, deployment.Spec.Selector.MatchLabels, deployment.Spec.Template.Labels)
	assert.Equal(t, deployment.Spec.Selector.MatchLabels, seen["PodDisruptionBudget"].(*policyv1.PodDisruptionBudget).Spec.Selector.MatchLabels)
	assert.Less(t, int32(seen["PodDisruptionBudget"].(*policyv1.PodDisruptionBudget).Spec.MinAvailable.IntVal), *deployment.Spec.Replicas, "a node can be drained")
	for _, pod := range []corev1.PodSpec{deployment.Spec.Template.Spec, job.Spec.Template.Spec} {
		assert.True(t, *pod.SecurityContext.RunAsNonRoot)
		assert.False(t, *pod.AutomountServiceAccountToken)
		for _, c := range append(pod.InitContainers, pod.Containers...) {
			assert.True(t, *c.SecurityContext.ReadOnlyRootFilesystem, c.Name)
			assert.False(t, *c.SecurityContext.AllowPrivilegeEscalation, c.Name)
			assert.Equal(t, []corev1.Capability{"ALL"}, c.SecurityContext.Capabilities.Drop, c.Name)
		}
	}
}
