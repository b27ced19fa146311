//! Who we are to AWS, and where.

use std::fmt;

use aws_config::SdkConfig;
use aws_sdk_sqs::config::ProvideCredentials as _;

use super::one;
use crate::aws;
use crate::problems::Problems;

/// Credentials and a region, as the AWS tools find them. Nothing was asked of AWS yet, so they may still be refused.
pub struct Access {
    pub(super) aws: SdkConfig,
    key: String,
    region: String,
}

impl Access {
    /// Looks for credentials and a region.
    ///
    /// # Errors
    /// What is missing, with how to come by it.
    pub async fn check() -> Result<Self, Problems> {
        Self::of(aws::config().await).await
    }

    async fn of(aws: SdkConfig) -> Result<Self, Problems> {
        let region = aws.region().map(ToString::to_string).ok_or_else(|| {
            one(
                "AWS region",
                "is not set: set AWS_REGION to that of the stack, or name a profile that has one in AWS_PROFILE",
            )
        });
        let (key, region) = super::both(key(&aws).await, region)?;
        Ok(Self { aws, key, region })
    }
}

/// The id of the access key, which is no secret; of it the end, which tells two apart.
async fn key(aws: &SdkConfig) -> Result<String, Problems> {
    let missing = |why: String| {
        one(
            "AWS credentials",
            format!(
                "cannot be had: sign in (`aws sso login` or `aws configure`), and name the profile in AWS_PROFILE \
                 ({why})"
            ),
        )
    };
    let Some(provider) = aws.credentials_provider() else {
        return Err(missing("there is nowhere to look".to_owned()));
    };
    let credentials = provider.provide_credentials().await;
    let credentials = credentials.map_err(|error| missing(aws::with_causes(&error)))?;
    let id = credentials.access_key_id();
    let start = id.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    Ok(id[start..].to_owned())
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, region, .. } = self;
        write!(f, "access key …{key}, region {region}")
    }
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, SdkConfig};

    use super::*;
    use crate::testing::Aws;

    #[tokio::test]
    async fn without_anything_both_are_missing_at_once() {
        let nothing = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .build();
        let problems = Access::of(nothing).await.err().unwrap();
        assert!(problems.mention("AWS credentials") && problems.mention("AWS region"));
    }

    #[tokio::test]
    async fn of_a_key_only_the_end_is_shown() {
        let aws = Aws::start("", "").await;
        let access = Access::of(aws.config()).await.ok().unwrap();
        assert_eq!(access.to_string(), "access key …id, region eu-central-1");
    }
}
