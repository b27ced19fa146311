//! A stand-in for AWS: one secret and one parameter.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use serde_json::{Value, json};
use wiremock::matchers::header;
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) struct Aws {
    server: MockServer,
}

impl Aws {
    /// Has this secret and this parameter under whatever name.
    pub(crate) async fn start(secret: &str, parameter: &str) -> Self {
        Self::answering(
            200,
            json!({"Name": "secret", "SecretString": secret}),
            json!({"Parameter": {"Name": "parameter", "Value": parameter}}),
        )
        .await
    }

    /// Refuses everything for lack of rights.
    pub(crate) async fn refusing() -> Self {
        let refusal = json!({"__type": "AccessDeniedException", "message": "not authorized"});
        Self::answering(400, refusal.clone(), refusal).await
    }

    async fn answering(status: u16, secret: Value, parameter: Value) -> Self {
        let server = MockServer::start().await;
        for (operation, answer) in [
            ("secretsmanager.GetSecretValue", secret),
            ("AmazonSSM.GetParameter", parameter),
        ] {
            Mock::given(header("x-amz-target", operation))
                .respond_with(ResponseTemplate::new(status).set_body_json(answer))
                .mount(&server)
                .await;
        }
        Self { server }
    }

    pub(crate) fn config(&self) -> SdkConfig {
        let credentials = Credentials::new("id", "key", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(self.server.uri())
            .build()
    }
}
