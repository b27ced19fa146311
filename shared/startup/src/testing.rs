//! A stand-in for AWS: some secrets and one parameter.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

const SECRET: &str = "secretsmanager.GetSecretValue";
const PARAMETER: &str = "AmazonSSM.GetParameter";

pub(crate) struct Aws {
    server: MockServer,
}

impl Aws {
    /// Has this secret and this parameter under whatever name.
    pub(crate) async fn start(secret: &str, parameter: &str) -> Self {
        let aws = Self::with(&[], parameter).await;
        aws.answer(SECRET, 200, &json!({}), &secret_of(secret))
            .await;
        aws
    }

    /// Has these secrets by their ids, and this parameter under whatever name.
    pub(crate) async fn with(secrets: &[(&str, &str)], parameter: &str) -> Self {
        let aws = Self {
            server: MockServer::start().await,
        };
        for (id, secret) in secrets {
            let wanted = json!({ "SecretId": id });
            aws.answer(SECRET, 200, &wanted, &secret_of(secret)).await;
        }
        aws.answer(PARAMETER, 200, &json!({}), &parameter_of(parameter))
            .await;
        aws
    }

    /// Refuses everything for lack of rights.
    pub(crate) async fn refusing() -> Self {
        let refusal = json!({"__type": "AccessDeniedException", "message": "not authorized"});
        let aws = Self {
            server: MockServer::start().await,
        };
        for operation in [SECRET, PARAMETER] {
            aws.answer(operation, 400, &json!({}), &refusal).await;
        }
        aws
    }

    /// Answers an operation, if its body has this in it.
    async fn answer(&self, operation: &str, status: u16, wanted: &Value, answer: &Value) {
        Mock::given(header("x-amz-target", operation))
            .and(body_partial_json(wanted))
            .respond_with(ResponseTemplate::new(status).set_body_json(answer))
            .mount(&self.server)
            .await;
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

fn secret_of(text: &str) -> Value {
    json!({"Name": "secret", "SecretString": text})
}

fn parameter_of(text: &str) -> Value {
    json!({"Parameter": {"Name": "parameter", "Value": text}})
}
